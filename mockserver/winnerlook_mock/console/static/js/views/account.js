/** One account: money, settings, pushes to try out, and what to put into programs. */

import * as api from '../api.js';
import { calm } from '../calm.js';
import { configurations } from '../configs.js';
import { sure } from '../dialog.js';
import { h, replace } from '../dom.js';
import { onAll } from '../events.js';
import { t } from '../i18n.js';
import { absent, attempt, codeTabs, copyButton, facts, field, heading, panel } from '../parts.js';
import { go, link } from '../router.js';
import { ofAccount } from '../search-bar.js';
import { settingsForm } from '../settings-form.js';
import { toast } from '../toast.js';
import { state } from './accounts.js';

export function account(place) {
  const name = place.parts[1];
  const element = h('div', { class: 'page' });
  const money = h('div', {});
  const load = () =>
    api.get(api.path('accounts', name)).catch((error) => {
      if (error.status === 404) return null;
      throw error;
    });
  const draw = () =>
    attempt(async () => {
      const [found, { settings }] = await Promise.all([load(), api.get('/settings')]);
      if (!found) return replace(element, absent(t('accounts.gone', { name }), 'accounts'));
      replace(money, statement(found));
      return replace(
        element,
        heading([name, ' ', state(found)], tools(found, draw)),
        h(
          'div',
          { class: 'columns' },
          h(
            'div',
            {},
            panel(t('accounts.money'), money, charging(found, refresh)),
            panel(t('accounts.settings'), changing(found, settings, draw)),
          ),
          h(
            'div',
            {},
            panel(t('accounts.configuration'), codeTabs(configurations(found), t('accounts.configuration'))),
            panel(t('accounts.pushes'), testing(found)),
          ),
        ),
      );
    });
  const refresh = () =>
    attempt(async () => {
      const found = await load();
      if (found) replace(money, statement(found));
    });
  const later = calm(refresh, 150);
  const soon = (_about, whose) => {
    if (whose === undefined || whose === name) later();
  };
  const end = onAll({ message: soon, report: soon, reply: soon, journal: soon, account: soon, resync: soon });
  return {
    title: name,
    element,
    ready: draw,
    close: () => {
      later.end();
      end();
    },
    keys: { Escape: () => go(['accounts']) },
  };
}

function statement(found) {
  const { opening, charged, refunded, closing } = found.statement;
  return facts([
    ['userCode', h('span', { class: 'beside' }, h('code', {}, found.user_code), copyButton(found.user_code))],
    ['userPass', h('span', { class: 'beside' }, h('code', {}, found.user_pass), copyButton(found.user_pass))],
    [t('accounts.balance'), h('strong', {}, found.balance)],
    [t('accounts.statement'), `${opening} − ${charged} + ${refunded} = ${closing}`],
    [t('nav.messages'), h('a', { href: link(['messages'], { q: ofAccount(found.user_code) }) }, String(found.messages))],
    [t('accounts.waiting'), `${found.waiting.reports} / ${found.waiting.replies}`],
  ]);
}

function charging(found, again) {
  const balance = h('input', { value: found.balance, inputmode: 'decimal', required: true });
  const submit = async (event) => {
    event.preventDefault();
    const done = await attempt(() => api.patch(api.path('accounts', found.user_code), { balance: balance.value.trim() }));
    if (!done) return;
    await again();
    toast(t('saved'));
  };
  return h('form', { class: 'inline', on: { submit } }, field(t('accounts.set-balance'), balance), h('button', {}, t('save')));
}

function changing(found, known, again) {
  const form = settingsForm(known, found.settings);
  const problem = h('p', { class: 'bad', role: 'alert' });
  const submit = async (event) => {
    event.preventDefault();
    replace(problem);
    try {
      const settings = form.changed();
      if (!Object.keys(settings).length) return void toast(t('settings.unchanged'));
      await api.patch(api.path('accounts', found.user_code), { settings });
      await again();
      toast(t('saved'));
    } catch (error) {
      replace(problem, error.message);
    }
  };
  return h(
    'form',
    { on: { submit } },
    form.sections,
    problem,
    h('div', { class: 'actions' }, h('button', { class: 'primary' }, t('settings.save'))),
  );
}

function tools(found, again) {
  const reset = async () => {
    if (!(await sure(t('accounts.reset'), t('accounts.reset-hint'), t('accounts.reset')))) return;
    await attempt(() => api.post(api.path('accounts', found.user_code, 'reset')));
    await again();
  };
  const close = async () => {
    if (!(await sure(t('accounts.close'), t('accounts.close-hint'), t('accounts.close')))) return;
    await attempt(() => api.remove(api.path('accounts', found.user_code)));
    go(['accounts']);
  };
  return [
    h('a', { class: 'button', href: link(['faults'], { account: found.user_code }) }, t('nav.faults')),
    h('button', { type: 'button', on: { click: reset } }, t('accounts.reset')),
    h('button', { type: 'button', class: 'danger', on: { click: close } }, t('accounts.close')),
  ];
}

/** A reply or a report that is pushed now, and what came of it. */
function testing(found) {
  const outcome = h('p', { role: 'status' });
  const { report_url: reports, reply_url: replies } = found.settings;
  const newest = async () => (await api.get('/messages', { account: found.user_code, limit: 1 })).messages[0];
  const push = async (url, act) => {
    if (!url) return replace(outcome, t('accounts.no-url'));
    const before = (await api.get('/pushes', { account: found.user_code, limit: 1 })).pushes[0]?.number ?? 0;
    replace(outcome, t('accounts.pushing'));
    if (!(await act())) return replace(outcome, t('accounts.no-message'));
    await api.post('/clock/settle', {}, { account: found.user_code });
    const made = (await api.get('/pushes', { account: found.user_code, limit: 1 })).pushes[0];
    if (!made || made.number <= before) return replace(outcome, t('accounts.gathered'));
    return replace(outcome, h('a', { href: link(['pushes', found.user_code, String(made.number)]) }, told(made)));
  };
  const report = async () => {
    const message = await newest();
    return message && api.post(api.path('messages', message.number, 'report'), { status: 'DELIVRD' });
  };
  const reply = async () =>
    api.post('/replies', { account: found.user_code, phone: (await newest())?.phone ?? '13900000000', text: 'TEST' });
  const button = (words, url, act) => h('button', { type: 'button', on: { click: () => attempt(() => push(url, act)) } }, words);
  return [
    facts([
      ['report_url', reports],
      ['reply_url', replies],
    ]),
    h('div', { class: 'buttons' }, button(t('accounts.test-report'), reports, report), button(t('accounts.test-reply'), replies, reply)),
    outcome,
    h('p', { class: 'muted' }, t('accounts.test-hint')),
  ];
}

function told(push) {
  const last = push.attempts.at(-1);
  return t('accounts.tested', {
    number: push.number,
    state: t(`state.${push.state}`),
    answer: last ? `${last.status ?? ''} ${last.answer || last.problem}`.trim() : '…',
  });
}
