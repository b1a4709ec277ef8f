/** Small charts as SVG: columns over time, bars, shares. Each has its numbers as a table beside it for who does not see it. */

import { h, svg } from './dom.js';
import { count } from './format.js';
import { t } from './i18n.js';

const WIDEST = 640;
const NARROWEST = 280;
const COLUMN = 460;
const GAP = 14;
const AROUND = 30;
const HEIGHT = 180;
const CHARACTER = 7.5;
const BESIDE = 12;
const BOTTOM = 22;
const MOST_BAR = 56;

/** How wide a drawing will be, as css/views.css lays the panels out: its units are pixels then, and its words as large as all others. */
function room() {
  const inside = document.getElementById('main').clientWidth - 2 * GAP;
  const beside = Math.max(1, Math.floor((inside + GAP) / (COLUMN + GAP)));
  return Math.max(NARROWEST, Math.min(WIDEST, (inside - GAP * (beside - 1)) / beside - AROUND));
}

/** How wide words are drawn at most, in the type that css/views.css gives them, and what is left free beside them. */
const roomOf = (words) => String(words).length * CHARACTER + BESIDE;

/** Columns that stand on each other: groups [{label, values: {series: n}}], series [[name, class]]. */
export function columns(title, groups, series) {
  const width = room();
  const total = (group) => series.reduce((sum, [name]) => sum + (group.values[name] || 0), 0);
  const top = roundUp(Math.max(1, ...groups.map(total)));
  const left = roomOf(count(top));
  const step = (width - left) / groups.length;
  const bar = Math.max(1, Math.min(MOST_BAR, step * 0.76));
  const y = (value) => (HEIGHT - BOTTOM) * (1 - value / top) + 4;
  const bars = groups.flatMap((group, at) => {
    let below = 0;
    return series
      .filter(([name]) => group.values[name])
      .map(([name, tone]) => {
        const value = group.values[name];
        const column = svg(
          'rect',
          {
            class: tone,
            x: left + (at + 0.5) * step - bar / 2,
            width: bar,
            y: y(below + value),
            height: y(below) - y(below + value),
            rx: 1,
          },
          svg('title', {}, `${group.label} · ${t(name)}: ${count(value)}`),
        );
        below += value;
        return column;
      });
  });
  const every = Math.ceil((groups.length * 96) / (width - left));
  const labels = groups.flatMap(({ label }, at) => {
    const x = Math.min(left + (at + 0.5) * step, width - roomOf(label) / 2);
    return at % every ? [] : [svg('text', { x, y: HEIGHT - 4, 'text-anchor': 'middle' }, label)];
  });
  return figure(
    title,
    [grid(top, y, left, width), bars, labels],
    legend(series),
    tableOf(
      groups.map((group) => [group.label, ...series.map(([name]) => group.values[name] || 0)]),
      series.map(([name]) => t(name)),
    ),
  );
}

/** One bar a line with its share: [[label, n, class]]. */
export function shares(title, parts) {
  const width = room();
  const left = Math.min(150, width * 0.3);
  const sum = parts.reduce((all, [, value]) => all + value, 0) || 1;
  const figures = parts.map(([, value]) => `${count(value)} · ${((100 * value) / sum).toFixed(1)} %`);
  const longest = width - left - Math.max(...figures.map(roomOf));
  const lines = parts.map(([label, value, tone], at) => [
    svg('text', { x: 0, y: at * 26 + 17 }, label),
    svg(
      'rect',
      { class: tone, x: left, y: at * 26 + 5, height: 16, rx: 2, width: Math.max(2, (value / sum) * longest) },
      svg('title', {}, `${label}: ${count(value)}`),
    ),
    svg(
      'text',
      { x: left + 8 + (value / sum) * longest, y: at * 26 + 17, class: 'value' },
      figures[at],
    ),
  ]);
  return figure(
    title,
    lines,
    null,
    tableOf(
      parts.map(([label, value]) => [label, value]),
      [t('charts.count')],
    ),
    Math.max(1, parts.length) * 26 + 4,
  );
}

function figure(title, drawing, below, numbers, height = HEIGHT) {
  return h(
    'figure',
    { class: 'chart' },
    h('figcaption', {}, title),
    svg('svg', { viewBox: `0 0 ${room()} ${height}`, role: 'img', 'aria-label': title }, drawing.flat(3)),
    below,
    numbers,
  );
}

function grid(top, y, left, width) {
  return [0, 0.5, 1].map((part) => [
    svg('line', { x1: left, x2: width, y1: y(top * part), y2: y(top * part), class: 'line' }),
    svg('text', { x: left - 6, y: y(top * part) + 4, 'text-anchor': 'end' }, count(top * part)),
  ]);
}

const legend = (series) =>
  h(
    'p',
    { class: 'legend' },
    series.map(([name, tone]) => h('span', {}, h('i', { class: tone }), t(name))),
  );

function tableOf(rows, heads) {
  return h(
    'details',
    {},
    h('summary', {}, t('charts.numbers')),
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('th', {}, ''),
          heads.map((one) => h('th', { scope: 'col' }, one)),
        ),
      ),
      h(
        'tbody',
        {},
        rows.map(([label, ...values]) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, label),
            values.map((value) => h('td', {}, count(value))),
          ),
        ),
      ),
    ),
  );
}

function roundUp(value) {
  const size = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 10].map((step) => step * size).find((step) => step >= value && (step >= 2 || value <= 1));
}
