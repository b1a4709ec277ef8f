/** One push: what it says, every attempt, and once more. */

import * as api from '../api.js';
import { calm } from '../calm.js';
import { h, replace } from '../dom.js';
import { onAll } from '../events.js';
import { duration, instant, moment, prettyForm, prettyJson } from '../format.js';
import { t } from '../i18n.js';
import { absent, attempt, backTo, codeBlock, copyButton, facts, heading, panel, row, table } from '../parts.js';
import { go, link, retitle } from '../router.js';
import { pushCurl } from '../snippets.js';
import { toast } from '../toast.js';

const TYPES = { 1: 'push.report', 2: 'push.report', 3: 'push.reply', 4: 'push.reply' };
const TONES = { delivered: 'good', waiting: 'idle' };

export const kindOf = (item) => t(TYPES[item.type], { count: item.records });
export const stateOf = (state) => h('span', { class: `status ${TONES[state] || 'bad'}` }, t(`state.${state}`));

/** What a receiver said to an attempt. */
export function answerOf(one) {
  if (!one) return '';
  const said = one.status === null ? one.problem : String(one.status);
  const tone = one.status !== null && one.status >= 200 && one.status < 300 ? 'good' : 'bad';
  return [h('span', { class: `status ${tone}`, title: said }, said), ' ', h('span', { class: 'muted' }, one.answer)];
}

export function push(place) {
  const [, account, number] = place.parts;
  const element = h('div', { class: 'page' });
  const where = api.path('pushes', account, number);
  const load = async () => {
    const found = await api.get(where).catch((error) => {
      if (error.status === 404 || error.status === 422) return null;
      throw error;
    });
    if (!found) return replace(element, absent(t('push.none', { number }), 'pushes'));
    retitle(`${kindOf(found)} → ${found.url}`, element);
    return replace(element, page(found, draw));
  };
  const draw = () => attempt(load);
  const soon = calm(draw, 100);
  const end = onAll({
    push: (item, whose) => {
      if (whose === account && String(item.number) === number) soon();
    },
    resync: soon,
  });
  return {
    title: t('push.title', { number }),
    element,
    ready: draw,
    close: () => {
      soon.end();
      end();
    },
    keys: { Escape: () => go(['pushes']) },
  };
}

function page(found, again) {
  const redeliver = () =>
    attempt(async () => {
      const now = await api.post(api.path('pushes', found.account, String(found.number), 'redeliver'));
      toast(t('pushes.redelivered', { state: t(`state.${now.state}`) }), now.state === 'delivered' ? 'good' : 'bad');
      await again();
    });
  return [
    heading(
      [`${t('push')} #${found.number} `, stateOf(found.state)],
      backTo('pushes'),
      h('button', { type: 'button', class: 'primary', on: { click: redeliver } }, t('pushes.redeliver')),
    ),
    h(
      'div',
      { class: 'columns' },
      panel(
        t('message.facts'),
        facts([
          [t('column.account'), h('a', { href: link(['accounts', found.account]) }, found.account)],
          [t('column.kind'), kindOf(found)],
          [t('column.url'), found.url],
          [t('push.created'), moment(found.created_at)],
          [t('push.next'), moment(found.next_try)],
          ['Content-Type', found.content_type],
        ]),
      ),
      panel(t('pushes.tried'), found.attempts.length ? attempts(found.attempts) : h('p', { class: 'muted' }, t('pushes.untried'))),
    ),
    panel(
      t('pushes.body'),
      codeBlock(found.body.startsWith('json_str=') ? prettyForm(found.body) : prettyJson(found.body), {
        label: t('pushes.body'),
        copied: found.body,
      }),
      h('div', { class: 'actions' }, copyButton(pushCurl(found), t('copy.curl'))),
    ),
  ];
}

const attempts = (all) =>
  table(
    t('pushes.tried'),
    ['#', t('column.at'), t('column.took'), t('column.answer')],
    all.map((one, at) => row(String(at + 1), instant(one.at), duration(one.seconds), answerOf(one))),
  );
