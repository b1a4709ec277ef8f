/** Charts of the newest calls and messages: how many, how fast, how they ended. */

import * as api from '../api.js';
import { columns, shares } from '../charts.js';
import { h, replace } from '../dom.js';
import { onAll } from '../events.js';
import { codeOf, duration } from '../format.js';
import { t } from '../i18n.js';
import { attempt, heading, panel, select } from '../parts.js';
import { note } from '../router.js';
import { firstSteps } from './first-steps.js';

const MOST = 1000;
const BUCKETS = 30;
const WIDTHS = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 10800, 43200, 86400, 604800, 2592000];
const EDGES = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5];

export function charts(place) {
  let account = place.query.account || undefined;
  const body = h('div', { class: 'charts' });
  const whose = h('div', { class: 'tools' });
  let quiet = 0;
  const draw = () =>
    attempt(async () => {
      const [{ entries }, { messages }] = await Promise.all([
        api.get('/journal', { account, limit: MOST }),
        api.get('/messages', { account, limit: MOST }),
      ]);
      if (!entries.length) return replace(body, firstSteps());
      return replace(
        body,
        panel(
          t('charts.calls'),
          columns(t('charts.calls'), overTime(entries), [
            ['charts.fine', 'good'],
            ['charts.failed', 'bad'],
            ['charts.faulted', 'warn'],
          ]),
        ),
        panel(t('charts.latency'), columns(t('charts.latency'), latencies(entries), [['charts.calls-of', 'accent']])),
        panel(t('charts.statuses'), shares(t('charts.statuses'), statuses(messages))),
        panel(t('charts.answers'), shares(t('charts.answers'), answers(entries))),
        h('p', { class: 'muted' }, t('charts.hint', { count: MOST })),
      );
    });
  const soon = () => {
    clearTimeout(quiet);
    quiet = setTimeout(draw, 500);
  };
  const ready = async () => {
    draw();
    const { accounts } = await api.get('/accounts').catch(() => ({ accounts: [] }));
    const change = (event) => {
      account = event.target.value || undefined;
      note(['charts'], { account });
      draw();
    };
    replace(
      whose,
      select([['', t('accounts.all')], ...accounts.map((one) => one.user_code)], account ?? '', {
        'aria-label': t('account'),
        on: { change },
      }),
    );
  };
  const end = onAll({ journal: soon, report: soon, resync: soon });
  return {
    title: t('nav.charts'),
    element: h('div', { class: 'page' }, heading(t('nav.charts'), whose), body),
    ready,
    close: () => {
      clearTimeout(quiet);
      end();
    },
  };
}

const outcome = (entry) =>
  entry.fault ? 'charts.faulted' : entry.reason || codeOf(entry.answer) !== null ? 'charts.failed' : 'charts.fine';

function overTime(entries) {
  const times = entries.map((entry) => Date.parse(entry.at) / 1000);
  const first = Math.min(...times);
  const last = Math.max(...times);
  const width = WIDTHS.find((one) => (last - first) / one < BUCKETS) ?? WIDTHS.at(-1);
  const start = Math.floor(first / width) * width;
  const groups = Array.from({ length: Math.min(365, Math.max(6, Math.floor((last - start) / width) + 1)) }, (_none, at) => ({
    label: label(start + at * width, width),
    values: {},
  }));
  entries.forEach((entry, at) => {
    const { values } = groups[Math.min(groups.length - 1, Math.floor((times[at] - start) / width))];
    values[outcome(entry)] = (values[outcome(entry)] || 0) + 1;
  });
  return groups;
}

/** In China time, as everywhere. */
function label(seconds, width) {
  const iso = new Date((seconds + 8 * 3600) * 1000).toISOString();
  return width >= 43200 ? iso.slice(5, 10) : width >= 60 ? iso.slice(11, 16) : iso.slice(11, 19);
}

function latencies(entries) {
  const groups = [...EDGES, Infinity].map((edge) => ({
    label: edge === Infinity ? `> ${duration(EDGES.at(-1))}` : `≤ ${duration(edge)}`,
    values: { 'charts.calls-of': 0 },
  }));
  entries.forEach((entry) => {
    groups[[...EDGES, Infinity].findIndex((edge) => entry.seconds <= edge)].values['charts.calls-of'] += 1;
  });
  return groups;
}

function statuses(messages) {
  return counted(messages.map((one) => one.status || t('status.none'))).map(([word, value]) => [
    word,
    value,
    word === 'DELIVRD' ? 'good' : word === t('status.none') ? 'idle' : 'bad',
  ]);
}

function answers(entries) {
  const word = (entry) =>
    entry.fault ? t('charts.faulted') : String(codeOf(entry.answer) ?? (entry.reason ? `HTTP ${entry.status}` : 'ok'));
  return counted(entries.map(word)).map(([said, value]) => [
    said,
    value,
    said === 'ok' ? 'good' : said === t('charts.faulted') ? 'warn' : 'bad',
  ]);
}

function counted(words) {
  const found = new Map();
  words.forEach((word) => found.set(word, (found.get(word) || 0) + 1));
  return [...found].sort((one, other) => other[1] - one[1]).slice(0, 12);
}
