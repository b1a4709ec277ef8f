/** What to do when there is nothing to see: the three commands that send an SMS. */

import * as api from '../api.js';
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { codeBlock } from '../parts.js';
import { curlForm, quoted } from '../snippets.js';

const PHONE = '13900000000';
const TEXT = '您的验证码是:2345【测试】';

export function firstSteps() {
  const steps = h('div', { class: 'steps' });
  fill(steps);
  return h('div', { class: 'empty' }, h('h2', {}, t('first.title')), h('p', {}, t('first.hint')), steps);
}

async function fill(steps) {
  const found = await api.get('/accounts').catch(() => ({ accounts: [] }));
  const account = found.accounts[0] ?? { user_code: 'demo', user_pass: 'demo-pass' };
  const parameters = { userCode: account.user_code, userPass: account.user_pass, DesNo: PHONE, Msg: TEXT };
  const python = [
    'from winnerlook import Client',
    '',
    `with Client(${JSON.stringify(account.user_code)}, ${JSON.stringify(account.user_pass)}, endpoint=${JSON.stringify(location.origin)}) as sms:`,
    `    sms.send("${PHONE}", "${TEXT}")`,
  ].join('\n');
  const shell = [
    `export WINNERLOOK_ENDPOINT=${location.origin} WINNERLOOK_USER_CODE=${quoted(account.user_code)} WINNERLOOK_USER_PASS=${quoted(account.user_pass)}`,
    `winnerlook send ${PHONE} ${quoted(TEXT)}`,
  ].join('\n');
  const blocks = [
    ['curl', curlForm('SendMsg', parameters)],
    [t('first.command'), shell],
    ['Python', python],
  ];
  steps.append(...blocks.map(([label, text]) => h('section', {}, h('h3', {}, label), codeBlock(text, { label }))));
}
