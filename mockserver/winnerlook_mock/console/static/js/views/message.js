/** One message: what happened to it, what came in, and how to send or expect it again. */

import * as api from '../api.js';
import { copyText } from '../copy.js';
import { h, icon, replace } from '../dom.js';
import { onAll } from '../events.js';
import { codeOf, duration, instant, moment, pretty } from '../format.js';
import { t } from '../i18n.js';
import { attempt, codeBlock, codeTabs, copyButton, empty, facts, heading, panel, status, table, row, time } from '../parts.js';
import { go, link } from '../router.js';
import { curl, pytest, python } from '../snippets.js';
import { toast } from '../toast.js';

export const STATUSES = ['DELIVRD', 'UNDELIV', 'EXPIRED', 'REJECTD', 'DELETED', 'ACCEPTD', 'UNKNOWN', 'UNDELIVRD'];

export function message(place) {
  const number = place.parts[1];
  const element = h('div', { class: 'page' });
  let shown = null;
  const draw = async () => {
    const found = await gather(number);
    shown = found.message;
    replace(element, found.message ? page(found, draw) : empty(t('message.none', { number }), back()));
  };
  const concerns = (report) => {
    if (shown && report.batch_number === shown.batch_number) attempt(draw);
  };
  const end = onAll({
    report: concerns,
    resync: () => attempt(draw),
    push: (_push, account) => {
      if (account === shown?.account) attempt(draw);
    },
  });
  return {
    title: t('message.title', { number }),
    element,
    ready: () => attempt(draw),
    close: end,
    keys: { Escape: () => go(['messages']), j: () => step(-1), k: () => step(1) },
  };

  async function step(by) {
    if (!shown) return;
    const next = Number(number) + by;
    if (next > 0) go(['messages', String(next)], {}, { instead: true });
  }
}

async function gather(number) {
  const found = await api.get(api.path('messages', number)).catch((error) => {
    if (error.status === 404 || error.status === 422) return null;
    throw error;
  });
  if (!found) return {};
  const [{ entries }, account, pushes] = await Promise.all([
    api.get('/journal', { q: `batch:${found.batch_number}`, account: found.account, limit: 100 }),
    api.get(api.path('accounts', found.account)).catch(() => ({ user_code: found.account, user_pass: '…' })),
    api.get('/pushes', { account: found.account, limit: 1000 }).catch(() => ({ pushes: [] })),
  ]);
  const entry = entries.find((one) => one.answer === found.batch_number) ?? null;
  return { message: found, entry, account, pushes: pushes.pushes.filter((push) => concernsPush(push, found)) };
}

function concernsPush(push, found) {
  try {
    const body = push.body.startsWith('json_str=') ? new URLSearchParams(push.body).get('json_str') : push.body;
    return JSON.parse(body).list.some((record) => record.sub_no === found.batch_number && record.phone === found.phone);
  } catch {
    return false;
  }
}

const back = () => h('a', { href: link(['messages']), class: 'button' }, icon('back'), t('nav.messages'));

function page({ message: found, entry, account, pushes }, again) {
  const forget = async () => {
    await api.remove(api.path('messages', found.number));
    go(['messages']);
  };
  return [
    heading(
      [found.phone, ' ', status(found.status)],
      back(),
      h('button', { type: 'button', class: 'danger', on: { click: () => attempt(forget) } }, t('delete')),
    ),
    h(
      'div',
      { class: 'columns' },
      h(
        'div',
        {},
        textPanel(found),
        entry?.notes.length ? warnings(entry.notes) : null,
        panel(t('message.timeline'), timeline(found, entry, pushes)),
        pushes.length ? pushPanel(pushes) : null,
        panel(t('message.report'), reporting(found, again)),
      ),
      h(
        'div',
        {},
        panel(t('message.facts'), details(found)),
        panel(
          t('message.again'),
          codeTabs(
            [...(entry ? [['curl', curl(entry, account)]] : []), ['Python', python(found, account)], ['pytest', pytest(found)]],
            t('message.again'),
          ),
        ),
      ),
    ),
    entry ? request(entry) : panel(t('message.request'), h('p', { class: 'muted' }, t('message.forgotten'))),
  ];
}

function textPanel(found) {
  const code =
    found.otp &&
    h(
      'div',
      { class: 'otp' },
      h('span', { class: 'muted' }, t('message.otp')),
      h(
        'button',
        {
          type: 'button',
          class: 'otp-code',
          title: t('copy'),
          'aria-label': `${t('copy')}: ${found.otp}`,
          on: { click: () => copyText(found.otp) },
        },
        found.otp,
      ),
      copyButton(found.otp),
    );
  return panel(
    t('message.text'),
    code,
    h('p', { class: 'sms' }, found.text),
    h(
      'p',
      { class: 'muted' },
      t('message.size', { characters: [...found.text].length, segments: found.segments, cost: found.cost }),
      ' ',
      copyButton(found.text),
    ),
  );
}

export function warnings(notes) {
  return h(
    'section',
    { class: 'panel warning', 'aria-label': t('message.warnings') },
    h('h2', {}, icon('warn'), t('message.warnings')),
    h('p', { class: 'muted' }, t('message.warnings-hint')),
    h(
      'ul',
      {},
      notes.map((note) =>
        h(
          'li',
          {},
          note.split(/(?<=[^:]): (?=[^:]*$)/).map((part, at) => h(at ? 'strong' : 'span', {}, at ? `→ ${part}` : part)),
        ),
      ),
    ),
  );
}

/** Received, accepted, charged, due, reported, pushed: as the API tells it, and what else is known. */
function timeline(found, entry, pushes) {
  const steps = found.timeline.flatMap((step) =>
    step.what === 'accepted'
      ? [
          ...(entry ? [{ at: step.at, what: 'received', detail: `${entry.door} · ${entry.peer} · ${duration(entry.seconds)}` }] : []),
          { ...step, detail: t('timeline.charged', { cost: found.cost }) },
        ]
      : [step],
  );
  for (const push of pushes) {
    if (push.next_try) steps.push({ at: push.next_try, what: 'retry', detail: push.url });
  }
  if (!found.status) steps.push({ at: '', what: 'waiting', detail: '' });
  return h(
    'ol',
    { class: 'timeline' },
    steps.map((step) =>
      h(
        'li',
        { class: tone(step) },
        h('time', { datetime: step.at || null, title: moment(step.at) }, instant(step.at) || '…'),
        h('span', { class: 'what' }, t(`timeline.${step.what}`)),
        h('span', { class: 'detail' }, step.detail),
      ),
    ),
  );
}

const tone = (step) => (step.what === 'report' && step.detail !== 'DELIVRD' ? 'bad' : step.what === 'report' ? 'good' : step.what);

function pushPanel(pushes) {
  const attempts = pushes.flatMap((push) =>
    push.attempts.map((one) =>
      row(
        h('a', { href: link(['pushes'], { account: push.account, number: push.number }) }, `#${push.number}`),
        instant(one.at),
        one.status === null
          ? h('span', { class: 'status bad' }, one.problem)
          : h('span', { class: `status ${one.status < 300 ? 'good' : 'bad'}` }, String(one.status)),
        duration(one.seconds),
        one.answer,
      ),
    ),
  );
  return panel(
    t('nav.pushes'),
    table(t('nav.pushes'), [t('push'), t('column.time'), t('column.status'), t('column.took'), t('column.answer')], attempts),
  );
}

export function reporting(found, then = () => {}) {
  const words = h('input', {
    list: 'statuses',
    value: found.status === 'DELIVRD' ? 'UNDELIV' : 'DELIVRD',
    required: true,
    maxlength: '32',
    'aria-label': t('column.status'),
  });
  const send = async (event) => {
    event.preventDefault();
    const done = await attempt(() => api.post(api.path('messages', found.number, 'report'), { status: words.value.trim() }));
    if (!done) return;
    toast(t('message.reported', { status: done.status }));
    await then();
  };
  return h(
    'form',
    { class: 'inline', on: { submit: send } },
    words,
    h(
      'datalist',
      { id: 'statuses' },
      STATUSES.map((value) => h('option', { value })),
    ),
    h('button', { class: 'primary' }, t('message.report-now')),
    h('small', { class: 'muted' }, t('message.report-hint')),
  );
}

function details(found) {
  return facts([
    [t('column.account'), h('a', { href: link(['accounts', found.account]) }, found.account)],
    [t('message.batch'), h('code', {}, found.batch_number)],
    [t('column.operation'), found.operation],
    [t('column.door'), found.door],
    [t('message.accepted'), h('span', {}, moment(found.accepted_at), ' · ', time(found.accepted_at))],
    ['customerUuid', found.customer_uuid],
    ['smsType', String(found.sms_type)],
    ['autograph', found.autograph],
    ['ExeNo', found.extension],
    [t('message.from'), found.sent_from],
    [t('nav.handset'), h('a', { href: link(['handset', found.account, found.phone]) }, t('message.conversation'))],
  ]);
}

/** Parameters beside the body that they were read from. */
export function request(entry) {
  const parameters = Object.entries(entry.parameters);
  const code = codeOf(entry.answer);
  return panel(
    t('message.request'),
    h(
      'div',
      { class: 'request' },
      parameters.length
        ? facts(parameters.map(([name, value]) => [name, value === null ? '–' : String(value)]))
        : h('p', { class: 'muted' }, t('message.no-parameters')),
      h(
        'div',
        {},
        codeBlock(pretty(entry), { label: t('message.raw') }),
        entry.raw_dropped ? h('p', { class: 'muted' }, t('message.dropped', { bytes: entry.raw_dropped })) : null,
      ),
    ),
    facts([
      [
        t('column.answer'),
        entry.answer === null ? t('journal.no-answer') : h('code', { class: code === null ? '' : 'bad' }, entry.answer || '""'),
      ],
      ['HTTP', String(entry.status)],
      [t('column.took'), duration(entry.seconds)],
      [t('nav.journal'), h('a', { href: link(['journal', String(entry.number)]) }, `#${entry.number}`)],
    ]),
  );
}
