/** What happened to a message, in order: received, accepted, charged, reported, polled, and each attempt to push it. */

import * as api from '../api.js';
import { h } from '../dom.js';
import { duration, instant, moment } from '../format.js';
import { t } from '../i18n.js';
import { link } from '../router.js';
import { answerOf } from './push.js';

const PUSHED = /^push (\d+): /;
const MOST_PUSHES = 20;

/** The pushes that told of a message, as far as the ledger has them. */
export async function pushesOf(message) {
  const told = message.timeline.filter((step) => step.what === 'pushed').map((step) => PUSHED.exec(step.detail)?.[1]);
  const numbers = [...new Set(told.filter(Boolean))].slice(-MOST_PUSHES);
  const found = await Promise.all(numbers.map((number) => api.get(api.path('pushes', message.account, number)).catch(() => null)));
  return found.filter(Boolean);
}

export function timeline(message, entry, pushes) {
  const known = new Set(pushes.map((push) => String(push.number)));
  const steps = [
    ...(entry ? [{ at: message.accepted_at, what: 'received', detail: `${entry.door} · ${entry.peer} · ${duration(entry.seconds)}` }] : []),
    ...message.timeline
      .filter((step) => step.what !== 'pushed' || !known.has(PUSHED.exec(step.detail)?.[1]))
      .map((step) => ({
        ...step,
        ...(step.what === 'accepted' && { detail: t('timeline.charged', { cost: message.cost }) }),
      })),
    ...pushes.flatMap(attemptsOf),
  ];
  const inOrder = steps
    .map((step, at) => [step, at])
    .sort(([one, at], [other, then]) => Date.parse(one.at) - Date.parse(other.at) || at - then);
  if (!message.status) inOrder.push([{ at: '', what: 'waiting', detail: '' }]);
  return h(
    'ol',
    { class: 'timeline' },
    inOrder.map(([step]) => line(step)),
  );
}

function attemptsOf(push) {
  const href = link(['pushes', push.account, String(push.number)]);
  const attempts = push.attempts.map((one, at) => ({
    at: one.at,
    what: 'attempt',
    tone: one.status !== null && one.status >= 200 && one.status < 300 ? 'good' : 'bad',
    detail: [
      h('a', { href }, t('timeline.attempt-of', { number: push.number, attempt: at + 1 })),
      ' ',
      answerOf(one),
      ' · ',
      duration(one.seconds),
    ],
  }));
  return push.next_try
    ? [...attempts, { at: push.next_try, what: 'retry', detail: [h('a', { href }, `#${push.number}`), ' → ', push.url] }]
    : attempts;
}

function line(step) {
  return h(
    'li',
    { class: step.tone ?? toneOf(step) },
    h('time', { datetime: step.at || null, title: moment(step.at) }, instant(step.at) || '…'),
    h('span', { class: 'what' }, t(`timeline.${step.what}`)),
    h('span', { class: 'detail' }, step.detail),
  );
}

const toneOf = (step) => (step.what === 'report' ? (step.detail === 'DELIVRD' ? 'good said' : 'bad said') : step.what);
