/** Charts of all calls and messages that the mock remembers: how many, how fast, how they ended. */

import * as api from '../api.js';
import { calm } from '../calm.js';
import { columns, shares } from '../charts.js';
import { h, replace } from '../dom.js';
import { onAll } from '../events.js';
import { duration } from '../format.js';
import { t } from '../i18n.js';
import { attempt, empty, heading, panel, select } from '../parts.js';
import { note } from '../router.js';
import { firstSteps } from './first-steps.js';

const A_DAY = 86_400;
const RANGES = ['600', '3600', '86400'];
const MOST_SHARES = 12;
const SERIES = [
  ['sent', 'good'],
  ['asked', 'accent'],
  ['refused', 'bad'],
  ['faulted', 'warn'],
];

export function charts(place) {
  const wanted = { account: place.query.account, seconds: RANGES.find((one) => one === place.query.seconds) };
  const body = h('div', { class: 'charts' });
  const tools = h('div', { class: 'tools' });
  const draw = () => attempt(async () => replace(body, drawn(await api.get('/figures', wanted), wanted.seconds)));
  const soon = calm(draw, 500);
  const choose = (name, value) => {
    wanted[name] = value || undefined;
    note(['charts'], wanted);
    draw();
  };
  const ready = async () => {
    draw();
    const { accounts } = await api.get('/accounts').catch(() => ({ accounts: [] }));
    const chooser = (name, label, options) =>
      select(options, wanted[name] ?? '', { 'aria-label': label, on: { change: (event) => choose(name, event.target.value) } });
    replace(
      tools,
      chooser('seconds', t('charts.range'), [['', t('charts.everything')], ...RANGES.map((one) => [one, t(`charts.last-${one}`)])]),
      chooser('account', t('account'), [['', t('accounts.all')], ...accounts.map((one) => one.user_code)]),
    );
  };
  const end = onAll({ journal: soon, report: soon, resync: soon });
  addEventListener('resize', soon);
  return {
    title: t('nav.charts'),
    element: h('div', { class: 'page' }, heading(t('nav.charts'), tools), body),
    ready,
    close: () => {
      soon.end();
      end();
      removeEventListener('resize', soon);
    },
  };
}

function drawn(figures, seconds) {
  if (!figures.calls.length) return seconds ? empty(t('charts.nothing')) : firstSteps();
  const series = SERIES.map(([name, tone]) => [`charts.${name}`, tone]);
  const over = figures.calls.map((one) => ({
    label: labelOf(one.at, figures.width),
    values: Object.fromEntries(SERIES.map(([name]) => [`charts.${name}`, one[name]])),
  }));
  const latencies = figures.latencies.map((one, at, all) => ({
    label: one.upto === null ? `> ${duration(all[at - 1].upto)}` : `≤ ${duration(one.upto)}`,
    values: { 'charts.calls-of': one.calls },
  }));
  return [
    panel(t('charts.per', { width: duration(figures.width) }), columns(t('charts.calls'), over, series)),
    panel(t('charts.latency'), columns(t('charts.latency'), latencies, [['charts.calls-of', 'accent']])),
    panel(t('charts.statuses'), shares(t('charts.statuses'), figures.statuses.slice(0, MOST_SHARES).map(endOf))),
    panel(t('charts.answers'), shares(t('charts.answers'), figures.answers.slice(0, MOST_SHARES).map(answerOf))),
  ];
}

/** In China time, as everywhere: the API writes it so. */
function labelOf(at, width) {
  if (width >= A_DAY) return at.slice(5, 10);
  return width >= 60 ? at.slice(11, 16) : at.slice(11, 19);
}

function endOf({ status, messages }) {
  const tone = { DELIVRD: 'good', '': 'idle', ACCEPTD: 'idle' }[status] ?? 'bad';
  return [status || t('status.none'), messages, tone];
}

function answerOf({ answer, calls }) {
  if (answer === 'fault') return [t('charts.faulted'), calls, 'warn'];
  return [answer, calls, answer === 'ok' ? 'good' : 'bad'];
}
