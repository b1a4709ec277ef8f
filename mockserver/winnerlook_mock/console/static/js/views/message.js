/** One message: what happened to it, what came in, and how to send or expect it again. */

import * as api from '../api.js';
import { calm } from '../calm.js';
import { copyText } from '../copy.js';
import { h, replace } from '../dom.js';
import { onAll } from '../events.js';
import { moment } from '../format.js';
import { t } from '../i18n.js';
import { absent, attempt, backTo, codeTabs, copyButton, facts, heading, panel, status, time } from '../parts.js';
import { go, link, retitle } from '../router.js';
import { curl, pytest, python } from '../snippets.js';
import { toast } from '../toast.js';
import { request, warnings } from './request.js';
import { pushesOf, timeline } from './timeline.js';

export const STATUSES = ['DELIVRD', 'UNDELIV', 'EXPIRED', 'REJECTD', 'DELETED', 'ACCEPTD', 'UNKNOWN', 'UNDELIVRD'];

export function message(place) {
  const number = place.parts[1];
  const element = h('div', { class: 'page' });
  let shown = null;
  const draw = () =>
    attempt(async () => {
      const found = await gather(number);
      shown = found.message;
      if (shown) retitle(`${shown.phone} · ${shown.text.slice(0, 30)}`, element);
      replace(element, shown ? page(found, draw) : absent(t('message.none', { number }), 'messages'));
    });
  const soon = calm(draw, 100);
  const end = onAll({
    report: (report) => {
      if (report.batch_number === shown?.batch_number) soon();
    },
    resync: soon,
    push: (_push, account) => {
      if (account === shown?.account) soon();
    },
  });
  const step = (by) => {
    if (shown && Number(number) + by > 0) go(['messages', String(Number(number) + by)], {}, { instead: true });
  };
  return {
    title: t('message.title', { number }),
    element,
    ready: draw,
    close: () => {
      soon.end();
      end();
    },
    keys: { Escape: () => go(['messages']), j: () => step(-1), k: () => step(1) },
  };
}

async function gather(number) {
  const found = await api.get(api.path('messages', number)).catch((error) => {
    if (error.status === 404 || error.status === 422) return null;
    throw error;
  });
  if (!found) return { message: null };
  const [{ entries }, account, pushes] = await Promise.all([
    api.get('/journal', { q: `batch:${found.batch_number}`, account: found.account, limit: 100 }),
    api.get(api.path('accounts', found.account)).catch(() => ({ user_code: found.account, user_pass: '…' })),
    pushesOf(found),
  ]);
  return { message: found, entry: entries.find((one) => one.answer === found.batch_number) ?? null, account, pushes };
}

function page({ message: found, entry, account, pushes }, again) {
  const forget = async () => {
    await api.remove(api.path('messages', found.number));
    go(['messages']);
  };
  const sentAgain = entry && curl(entry, account);
  return [
    heading(
      [found.phone, ' ', status(found.status)],
      backTo('messages'),
      h('button', { type: 'button', class: 'danger', on: { click: () => attempt(forget) } }, t('delete')),
    ),
    h(
      'div',
      { class: 'columns' },
      h(
        'div',
        {},
        textPanel(found),
        entry?.notes.length ? warnings(entry.notes, entry.answer) : null,
        panel(t('message.timeline'), timeline(found, entry, pushes)),
        panel(t('message.report'), reporting(found, again)),
      ),
      h(
        'div',
        {},
        panel(t('message.facts'), details(found)),
        panel(
          t('message.again'),
          codeTabs(
            [...(sentAgain ? [['curl', sentAgain]] : []), ['Python', python(found, account)], ['pytest', pytest(found)]],
            t('message.again'),
          ),
        ),
      ),
    ),
    entry ? request(entry) : panel(t('message.request'), h('p', { class: 'muted' }, t('message.forgotten'))),
  ];
}

function textPanel(found) {
  const copy = { type: 'button', class: 'otp-code', title: t('copy'), 'aria-label': `${t('copy')}: ${found.otp}` };
  const code =
    found.otp &&
    h(
      'div',
      { class: 'otp' },
      h('span', { class: 'muted' }, t('message.otp')),
      h('button', { ...copy, on: { click: () => copyText(found.otp) } }, found.otp),
    );
  return panel(
    t('message.text'),
    code,
    h('p', { class: 'sms', dir: 'auto' }, found.text),
    h(
      'div',
      { class: 'beside muted' },
      h('span', {}, t('message.size', { characters: [...found.text].length, segments: found.segments, cost: found.cost })),
      copyButton(found.text),
    ),
  );
}

function reporting(found, then) {
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
    [t('message.batch'), h('span', { class: 'beside' }, h('code', {}, found.batch_number), copyButton(found.batch_number))],
    [t('column.operation'), found.operation],
    [t('column.door'), found.door],
    [t('message.accepted'), h('span', {}, moment(found.accepted_at), ' · ', time(found.accepted_at))],
    found.customer_uuid && ['customerUuid', found.customer_uuid],
    ['smsType', String(found.sms_type)],
    found.autograph && ['autograph', found.autograph],
    found.extension && ['ExeNo', found.extension],
    [t('message.from'), found.sent_from],
    [t('nav.handset'), h('a', { href: link(['handset', found.account, found.phone]) }, t('message.conversation'))],
  ]);
}
