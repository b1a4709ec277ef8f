/** Conversations as a telephone shows them. One answers as its owner, and decides what becomes of a message. */

import * as api from '../api.js';
import { calm } from '../calm.js';
import { h, replace } from '../dom.js';
import { onAll } from '../events.js';
import { t } from '../i18n.js';
import { attempt, backTo, heading, select, status, time } from '../parts.js';
import { repliesOf } from '../replies.js';
import { go, link } from '../router.js';
import { toast } from '../toast.js';
import { firstSteps } from './first-steps.js';
import { STATUSES } from './message.js';

const MOST = 1000;

export function handset(place) {
  const [, account, phone] = place.parts;
  const element = h('div', { class: 'page handset' });
  const shown = { most: MOST };
  const draw = () =>
    attempt(() => (account && phone ? conversation(element, account, phone) : conversations(element, account, shown, draw)));
  const soon = calm(draw, 100);
  const mine = (_about, whose) => {
    if (!account || whose === account) soon();
  };
  const end = onAll({ message: mine, report: mine, reply: mine, push: mine, resync: soon });
  return {
    title: phone || t('nav.handset'),
    element,
    ready: draw,
    close: () => {
      soon.end();
      end();
    },
    keys: { Escape: () => go(['handset']) },
  };
}

async function conversations(element, account, shown, draw) {
  const [{ items, next }, { replies }, { accounts }] = await Promise.all([
    newest(account, shown.most),
    api.get('/replies', { account }),
    api.get('/accounts'),
  ]);
  const threads = threadsOf(items, replies);
  const more = () => {
    shown.most += MOST;
    draw();
  };
  const held = element.querySelector('.opening');
  const opening = held?.contains(document.activeElement) ? held : open(accounts, account); // what is being typed stays
  replace(
    element,
    heading(t('nav.handset'), opening),
    threads.length ? overview(threads) : firstSteps(),
    next && h('p', { class: 'center' }, h('button', { type: 'button', on: { click: more } }, t('handset.more'))),
  );
  if (held === opening) opening.querySelector('input').focus();
}

/** So many messages, newest first. */
async function newest(account, most) {
  const items = [];
  let next;
  while (next !== null && items.length < most) {
    const page = await api.get('/messages', { account, limit: MOST, before: next });
    items.push(...page.messages);
    next = page.next;
  }
  return { items, next };
}

/** By number, the latest first; somebody may have written whom nobody wrote to. */
function threadsOf(messages, replies) {
  const threads = new Map();
  for (const one of messages) {
    const key = `${one.account} ${one.phone}`;
    const thread = threads.get(key) ?? { account: one.account, phone: one.phone, text: one.text, at: one.accepted_at, count: 0 };
    thread.count += 1;
    threads.set(key, thread);
  }
  for (const { account, reply } of replies) {
    const key = `${account} ${reply.phone}`;
    if (!threads.has(key)) threads.set(key, { account, phone: reply.phone, text: reply.text, at: reply.time, count: 0 });
  }
  return [...threads.values()].sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

/** Any number, be it that nothing was sent to it yet. */
function open(accounts, account) {
  const phone = h('input', {
    inputmode: 'tel',
    required: true,
    maxlength: '64',
    'aria-label': t('handset.number'),
    placeholder: '13900000000',
  });
  const names = accounts.map((one) => one.user_code);
  const whose = select(names, account ?? names[0], { 'aria-label': t('account') });
  const submit = (event) => {
    event.preventDefault();
    go(['handset', whose.value, phone.value.trim()]);
  };
  return h('form', { class: 'inline opening', on: { submit } }, phone, whose, h('button', {}, t('handset.open')));
}

function overview(threads) {
  return h(
    'ul',
    { class: 'threads' },
    threads.map((one) =>
      h(
        'li',
        {},
        h(
          'a',
          { href: link(['handset', one.account, one.phone]) },
          h('span', { class: 'phone' }, one.phone),
          h('span', { class: 'muted' }, one.account),
          h('span', { class: 'last' }, one.text),
          one.count
            ? h('span', { class: 'badge', 'aria-label': t('handset.count', { count: one.count }) }, String(one.count))
            : h('span', { class: 'badge' }, t('handset.only-replies')),
          time(one.at),
        ),
      ),
    ),
  );
}

async function conversation(element, account, phone) {
  const [{ messages }, replies] = await Promise.all([api.get('/messages', { account, to: phone, limit: 200 }), repliesOf(account)]);
  const all = [
    ...messages.map((one) => ({ at: one.accepted_at, message: one })),
    ...replies.filter((one) => one.phone === phone).map((one) => ({ at: one.time, reply: one })),
  ].sort((one, other) => one.at.localeCompare(other.at));
  const bubbles = all.map((one) => (one.message ? received(one.message) : answered(one.reply)));
  const old = element.querySelector('.bubbles');
  const top = old?.scrollTop;
  const wasAtEnd = old && old.scrollTop + old.clientHeight >= old.scrollHeight - 40;
  const list = h(
    'ol',
    { class: 'bubbles', tabindex: '0', 'aria-label': t('handset.conversation', { phone }) },
    bubbles.length ? bubbles : h('li', { class: 'muted' }, t('handset.nothing')),
  );
  if (old) {
    // what is being typed stays
    old.replaceWith(list);
  } else {
    replace(
      element,
      heading(phone, backTo('handset')),
      h('div', { class: 'phone-frame' }, h('p', { class: 'muted center' }, account), list, answer(account, phone)),
    );
  }
  if (!old || wasAtEnd) list.scrollTop = list.scrollHeight;
  else list.scrollTop = top;
}

function received(message) {
  const change = async (event) => {
    const wanted = event.target.value;
    if (!wanted) return;
    const done = await attempt(() => api.post(api.path('messages', message.number, 'report'), { status: wanted }));
    if (done) toast(t('message.reported', { status: done.status }));
  };
  return h(
    'li',
    { class: 'bubble in' },
    h('p', { dir: 'auto' }, message.text),
    h(
      'div',
      { class: 'under' },
      h('a', { href: link(['messages', String(message.number)]) }, time(message.accepted_at)),
      status(message.status),
      select([['', t('handset.change')], ...STATUSES.map((one) => [one, one])], '', {
        'aria-label': t('handset.change-of', { text: message.text.slice(0, 30) }),
        on: { change },
      }),
    ),
  );
}

const answered = (reply) =>
  h(
    'li',
    { class: 'bubble out' },
    h('p', { dir: 'auto' }, reply.text),
    h('div', { class: 'under' }, time(reply.time), h('span', {}, t(`handset.${reply.way}`))),
  );

function answer(account, phone) {
  const text = h('input', {
    'aria-label': t('handset.type'),
    placeholder: t('handset.type'),
    required: true,
    maxlength: '1000',
    autocomplete: 'off',
  });
  const send = async (event) => {
    event.preventDefault();
    const done = await attempt(() => api.post('/replies', { account, phone, text: text.value }));
    if (done) text.value = '';
    text.focus();
  };
  return h('form', { class: 'answering', on: { submit: send } }, text, h('button', { class: 'primary' }, t('handset.send')));
}
