/** The failure codes, and the numbers and user names that provoke them. */

import * as api from '../api.js';
import { copyText } from '../copy.js';
import { h, replace } from '../dom.js';
import { language, t } from '../i18n.js';
import { duration } from '../format.js';
import { attempt, heading, panel, row, status, table } from '../parts.js';
import { prose } from '../prose.js';
import { link } from '../router.js';

export function codes() {
  const body = h('div', {});
  const find = h('input', { type: 'search', 'aria-label': t('search'), placeholder: t('codes.search'), on: { input: () => draw() } });
  let known = null;
  const draw = () => {
    const holds = (one) => JSON.stringify(Object.values(one)).toLowerCase().includes(find.value.trim().toLowerCase());
    if (known) replace(body, failures(known.codes.filter(holds)), deliveries(known.deliveries.filter(holds)));
  };
  const ready = () =>
    attempt(async () => {
      known = await api.get('/codes');
      draw();
    });
  return { title: t('nav.codes'), element: h('div', { class: 'page' }, heading(t('nav.codes'), find), body), ready };
}

const copying = (text) => h('button', { type: 'button', class: 'mono quiet', title: t('copy'), on: { click: () => copyText(text) } }, text);

function failures(all) {
  const [first, second] = language() === 'zh' ? ['meaning', 'english'] : ['english', 'meaning'];
  const rows = all.map((one) =>
    row(
      h('a', { class: 'mono', href: link(['journal'], { q: `code:${one.code}` }), title: t('codes.calls') }, String(one.code)),
      [h('span', {}, one[first]), h('br'), h('small', { class: 'muted' }, one[second])],
      copying(one.recipient),
      copying(one.user),
    ),
  );
  return panel(
    t('codes.failures'),
    h('p', { class: 'muted' }, t('codes.hint')),
    table(t('codes.failures'), [t('codes.code'), t('codes.meaning'), t('codes.recipient'), t('codes.user')], rows),
  );
}

function deliveries(all) {
  const rows = all.map((one) =>
    row(copying(one.recipient), status(one.status ?? t('codes.no-report')), prose(one.meaning), one.delay ? duration(one.delay) : ''),
  );
  return panel(
    t('codes.deliveries'),
    table(t('codes.deliveries'), [t('codes.recipient'), t('column.status'), t('codes.meaning'), t('codes.delay')], rows),
  );
}
