/** One exchange of the journal. */

import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { codeOf, moment } from '../format.js';
import { t } from '../i18n.js';
import { absent, attempt, backTo, codeTabs, facts, heading, panel } from '../parts.js';
import { prose } from '../prose.js';
import { go, link, retitle } from '../router.js';
import { curl } from '../snippets.js';
import { request, warnings } from './request.js';

export function entry(place) {
  const number = place.parts[1];
  const element = h('div', { class: 'page' });
  const load = async () => {
    const found = await api.get(api.path('journal', number)).catch((error) => {
      if (error.status === 404 || error.status === 422) return null;
      throw error;
    });
    if (!found) return replace(element, absent(t('journal.none', { number }), 'journal'));
    retitle(`#${found.number} ${found.operation ?? t('journal.refused')}`, element);
    return replace(element, page(found, await callerOf(found)));
  };
  return { title: t('journal.title', { number }), element, ready: () => attempt(load), keys: { Escape: () => go(['journal']) } };
}

/** The account that called; a name that was not let in may be that of none. */
async function callerOf(found) {
  const unknown = { user_code: found.account ?? '', user_pass: '…' };
  if (!found.account || found.answer === '-3') return unknown;
  return api.get(api.path('accounts', found.account)).catch(() => unknown);
}

function page(found, account) {
  const again = found.operation && curl(found, account);
  return [
    heading([`#${found.number} ${found.operation ?? t('journal.refused')} `, answerOf(found)], backTo('journal')),
    found.notes.length ? warnings(found.notes, found.answer) : null,
    found.fault ? panel(t('journal.fault'), h('p', {}, found.fault)) : null,
    found.reason ? panel(t('journal.reason'), h('p', { class: 'bad', title: found.reason }, prose(found.reason))) : null,
    panel(
      t('message.facts'),
      facts([
        found.account && [t('column.account'), h('a', { href: link(['accounts', found.account]) }, found.account)],
        [t('column.door'), found.door],
        [t('journal.peer'), found.peer],
        [t('column.at'), moment(found.at)],
        /^\d{15,}$/.test(found.answer || '') && [
          t('nav.messages'),
          h('a', { href: link(['messages'], { q: `batch:${found.answer}` }) }, t('journal.messages')),
        ],
      ]),
    ),
    request(found),
    again ? panel(t('message.again'), codeTabs([['curl', again]], t('message.again'))) : null,
  ];
}

/** The answer in a word, in its colour. */
export function answerOf(one) {
  const code = codeOf(one.answer);
  const fine = !one.fault && one.answer !== null && code === null;
  return h('span', { class: `status ${fine ? 'good' : 'bad'}`, title: one.fault || one.reason || one.answer || '' }, wordOf(one, code));
}

function wordOf(one, code) {
  if (one.fault) return `⚡ ${one.fault.replace(/^fault \d+: /, '')}`;
  if (one.answer === null) return `HTTP ${one.status}`;
  return code === null ? 'ok' : String(code);
}
