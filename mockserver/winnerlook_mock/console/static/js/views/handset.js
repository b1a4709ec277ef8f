/** Conversations as a telephone shows them. One answers as its owner, and decides what becomes of a message. */

import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { onAll } from '../events.js';
import { t } from '../i18n.js';
import { attempt, heading, select, status, time } from '../parts.js';
import { repliesOf } from '../replies.js';
import { go, link } from '../router.js';
import { toast } from '../toast.js';
import { firstSteps } from './first-steps.js';
import { STATUSES } from './message.js';

const MOST = 1000;

export function handset(place) {
  const [, account, phone] = place.parts;
  const element = h('div', { class: 'page handset' });
  let quiet = 0;
  const draw = () =>
    attempt(async () => {
      const threads = account && phone ? null : await conversations(account);
      if (threads) replace(element, heading(t('nav.handset')), threads.length ? overview(threads) : firstSteps());
      else await conversation(element, account, phone);
    });
  const soon = () => {
    clearTimeout(quiet);
    quiet = setTimeout(draw, 100);
  };
  const mine = (_about, whose) => {
    if (!account || whose === account) soon();
  };
  const end = onAll({ message: mine, report: mine, reply: mine, push: mine, resync: soon });
  return {
    title: phone || t('nav.handset'),
    element,
    ready: draw,
    close: () => {
      clearTimeout(quiet);
      end();
    },
    keys: { Escape: () => go(['handset']) },
  };
}

async function conversations(account) {
  const { messages } = await api.get('/messages', { account, limit: MOST });
  const threads = new Map();
  for (const one of messages) {
    const key = `${one.account} ${one.phone}`;
    if (!threads.has(key)) threads.set(key, { latest: one, count: 0 });
    threads.get(key).count += 1;
  }
  return [...threads.values()];
}

function overview(threads) {
  return h(
    'ul',
    { class: 'threads' },
    threads.map(({ latest, count }) =>
      h(
        'li',
        {},
        h(
          'a',
          { href: link(['handset', latest.account, latest.phone]) },
          h('span', { class: 'phone' }, latest.phone),
          h('span', { class: 'muted' }, latest.account),
          h('span', { class: 'last' }, latest.text),
          h('span', { class: 'badge', 'aria-label': t('handset.count', { count }) }, String(count)),
          time(latest.accepted_at),
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
      heading(phone, h('a', { class: 'button', href: link(['handset']) }, t('handset.all'))),
      h('div', { class: 'phone-frame' }, h('p', { class: 'muted center' }, account), list, answer(account, phone)),
    );
  }
  list.scrollTop = list.scrollHeight;
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
    h('p', {}, message.text),
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
    h('p', {}, reply.text),
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
