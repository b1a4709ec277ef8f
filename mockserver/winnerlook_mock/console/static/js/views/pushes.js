/** Pushes: the ledgers, with every attempt; deliver one again. */

import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { onAll } from '../events.js';
import { duration, instant, moment, prettyJson } from '../format.js';
import { t } from '../i18n.js';
import { attempt, codeBlock, copyButton, empty, heading, row, select, table, time } from '../parts.js';
import { link, note } from '../router.js';
import { toast } from '../toast.js';

const STATES = ['waiting', 'delivered', 'given-up'];
const PAGE = 200;
const TYPES = { 1: 'push.report', 2: 'push.report', 3: 'push.reply', 4: 'push.reply' };

export function pushes(place) {
  const wanted = { account: place.query.account, state: place.query.state };
  const opened = new Set(place.query.number ? [`${place.query.account} ${place.query.number}`] : []);
  const list = h('div', { class: 'cards' });
  const tools = h('div', { class: 'tools' });
  const element = h('div', { class: 'page' }, heading(t('nav.pushes'), tools), list);
  let quiet = 0;
  const draw = () =>
    attempt(async () => {
      const query = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value));
      const { pushes: all } = await api.get('/pushes', { ...query, limit: PAGE });
      const focused = document.activeElement?.closest?.('[data-key]')?.dataset.key;
      replace(list, all.length ? all.map((push) => card(push, opened, draw)) : nothing());
      if (focused) list.querySelector(`[data-key="${CSS.escape(focused)}"] summary`)?.focus();
    });
  const soon = () => {
    clearTimeout(quiet);
    quiet = setTimeout(draw, 120);
  };
  const choose = (name, value) => {
    wanted[name] = value;
    note(['pushes'], wanted);
    draw();
  };
  const ready = async () => {
    draw();
    const { accounts } = await api.get('/accounts').catch(() => ({ accounts: [] }));
    const account = select([['', t('accounts.all')], ...accounts.map((one) => one.user_code)], wanted.account ?? '', {
      'aria-label': t('account'),
      on: { change: (event) => choose('account', event.target.value) },
    });
    const state = select([['', t('pushes.any')], ...STATES.map((one) => [one, t(`state.${one}`)])], wanted.state ?? '', {
      'aria-label': t('column.status'),
      on: { change: (event) => choose('state', event.target.value) },
    });
    replace(tools, account, state);
  };
  const end = onAll({ push: soon, resync: soon });
  return {
    title: t('nav.pushes'),
    element,
    ready,
    close: () => {
      clearTimeout(quiet);
      end();
    },
  };
}

function card(push, opened, again) {
  const key = `${push.account} ${push.number}`;
  const redeliver = () =>
    attempt(async () => {
      const now = await api.post(api.path('pushes', push.account, push.number, 'redeliver'));
      toast(t('pushes.redelivered', { state: t(`state.${now.state}`) }), now.state === 'delivered' ? 'good' : 'bad');
      await again();
    });
  const attempts = push.attempts.map((one, at) =>
    row(
      String(at + 1),
      instant(one.at),
      one.status === null
        ? h('span', { class: 'status bad' }, one.problem)
        : h('span', { class: `status ${one.status < 300 ? 'good' : 'bad'}` }, String(one.status)),
      duration(one.seconds),
      one.answer,
    ),
  );
  const remember = (event) => {
    if (event.target.open) opened.add(key);
    else opened.delete(key);
  };
  return h(
    'details',
    { class: 'card', 'data-key': key, open: opened.has(key), on: { toggle: remember } },
    h(
      'summary',
      {},
      h('span', { class: 'number' }, `#${push.number}`),
      stateOf(push.state),
      h('span', {}, t(TYPES[push.type], { count: push.records })),
      h('span', { class: 'muted grow' }, push.url),
      h('span', { class: 'muted' }, t('pushes.attempts', { count: push.attempts.length })),
      time(push.created_at),
    ),
    h(
      'div',
      { class: 'card-body' },
      h(
        'p',
        { class: 'muted' },
        `${push.account} · ${moment(push.created_at)}`,
        push.next_try ? ` · ${t('pushes.next', { at: moment(push.next_try) })}` : '',
      ),
      attempts.length
        ? table(t('pushes.tried'), ['', t('column.at'), t('column.answer'), t('column.took'), ''], attempts)
        : h('p', { class: 'muted' }, t('pushes.untried')),
      codeBlock(push.body.startsWith('json_str=') ? push.body : prettyJson(push.body), { label: t('pushes.body') }),
      h(
        'div',
        { class: 'actions' },
        h('button', { type: 'button', class: 'primary', on: { click: redeliver } }, t('pushes.redeliver')),
        copyButton(curlOf(push), t('copy.curl')),
      ),
    ),
  );
}

const stateOf = (state) => h('span', { class: `status ${{ delivered: 'good', waiting: 'idle' }[state] || 'bad'}` }, t(`state.${state}`));

const curlOf = (push) => `curl -H 'Content-Type: ${push.content_type}' --data-raw '${push.body.replaceAll("'", "'\\''")}' '${push.url}'`;

function nothing() {
  return empty(
    t('pushes.none'),
    h('p', {}, t('pushes.none-hint')),
    h('p', {}, h('a', { class: 'button', href: link(['accounts']) }, t('nav.accounts'))),
    codeBlock('winnerlook-mock serve --report-url http://127.0.0.1:8119/push --reply-url http://127.0.0.1:8119/push', {
      label: t('first.command'),
    }),
  );
}
