/** Accounts: all of them, and a form to open one. */

import * as api from '../api.js';
import { calm } from '../calm.js';
import { h, replace } from '../dom.js';
import { onAll } from '../events.js';
import { count } from '../format.js';
import { t } from '../i18n.js';
import { attempt, empty, field, heading, panel, row, table } from '../parts.js';
import { go, link } from '../router.js';
import { ofAccount } from '../search-bar.js';
import { account } from './account.js';

export function accounts(place) {
  return place.parts[1] ? account(place) : all();
}

function all() {
  const list = h('div', {});
  const draw = () =>
    attempt(async () => {
      const found = (await api.get('/accounts')).accounts;
      replace(list, found.length ? listed(found) : empty(t('accounts.none'), h('p', {}, t('accounts.none-hint'))));
    });
  const soon = calm(draw, 150);
  const end = onAll({ account: soon, message: soon, report: soon, reply: soon, journal: soon, resync: soon });
  const element = h('div', { class: 'page' }, heading(t('nav.accounts')), panel(t('accounts.open'), opening()), list);
  return {
    title: t('nav.accounts'),
    element,
    ready: draw,
    close: () => {
      soon.end();
      end();
    },
  };
}

function listed(found) {
  const rows = found.map((one) =>
    row(
      h('a', { href: link(['accounts', one.user_code]) }, one.user_code),
      h('code', {}, one.user_pass),
      state(one),
      amount(one.balance),
      amount(h('a', { href: link(['messages'], { q: ofAccount(one.user_code) }) }, count(one.messages))),
      amount(`${one.waiting.reports} / ${one.waiting.replies}`),
    ),
  );
  return table(
    t('nav.accounts'),
    ['userCode', 'userPass', t('accounts.state'), amount(t('accounts.balance')), amount(t('nav.messages')), amount(t('accounts.waiting'))],
    rows,
  );
}

const amount = (what) => h('span', { class: 'right' }, what);

/** What an operator would want to see at a glance. */
export function state(one) {
  const { settings } = one;
  const said = [
    settings.frozen && 'accounts.frozen',
    settings.expires_at && 'accounts.expires',
    !settings.channel_open && 'accounts.no-channel',
    settings.allowed_ips.length > 0 && 'accounts.bound',
    (settings.report_url || settings.reply_url) && 'accounts.pushed',
  ].filter(Boolean);
  return said.length
    ? said.map((key) => h('span', { class: `status ${key === 'accounts.pushed' || key === 'accounts.bound' ? 'idle' : 'bad'}` }, t(key)))
    : h('span', { class: 'status good' }, t('accounts.fine'));
}

function opening() {
  const user = h('input', { placeholder: t('accounts.made-up'), maxlength: '128', autocomplete: 'off' });
  const password = h('input', { placeholder: t('accounts.made-up'), maxlength: '128', autocomplete: 'off' });
  const balance = h('input', { value: '10000', inputmode: 'decimal' });
  const submit = async (event) => {
    event.preventDefault();
    const wanted = {
      ...(user.value && { user_code: user.value }),
      ...(password.value && { user_pass: password.value }),
      ...(balance.value && { balance: balance.value }),
    };
    const opened = await attempt(() => api.post('/accounts', wanted));
    if (opened) go(['accounts', opened.user_code]);
  };
  return h(
    'form',
    { on: { submit } },
    h(
      'div',
      { class: 'fields' },
      field('userCode', user),
      field('userPass', password),
      field(t('accounts.balance'), balance),
      h('button', { class: 'primary' }, t('accounts.create')),
    ),
  );
}
