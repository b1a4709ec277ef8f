/** Small charts as SVG: columns over time, bars, shares. Each has its numbers as a table beside it for who does not see it. */

import { h, svg } from './dom.js';
import { count } from './format.js';
import { t } from './i18n.js';

const WIDTH = 640;
const HEIGHT = 180;
const LEFT = 40;
const BOTTOM = 22;

/** Columns that stand on each other: groups [{label, values: {series: n}}], series [[name, class]]. */
export function columns(title, groups, series) {
  const total = (group) => series.reduce((sum, [name]) => sum + (group.values[name] || 0), 0);
  const top = roundUp(Math.max(1, ...groups.map(total)));
  const step = (WIDTH - LEFT) / groups.length;
  const y = (value) => (HEIGHT - BOTTOM) * (1 - value / top) + 4;
  const bars = groups.flatMap((group, at) => {
    let below = 0;
    return series
      .filter(([name]) => group.values[name])
      .map(([name, tone]) => {
        const value = group.values[name];
        const bar = svg(
          'rect',
          {
            class: tone,
            x: LEFT + at * step + step * 0.12,
            width: Math.max(1, step * 0.76),
            y: y(below + value),
            height: y(below) - y(below + value),
            rx: 1,
          },
          svg('title', {}, `${group.label} · ${t(name)}: ${count(value)}`),
        );
        below += value;
        return bar;
      });
  });
  const every = Math.ceil(groups.length / 6);
  const labels = groups
    .filter((_group, at) => at % every === 0)
    .map((group, at) => svg('text', { x: LEFT + (at * every + 0.5) * step, y: HEIGHT - 4, 'text-anchor': 'middle' }, group.label));
  return figure(
    title,
    [grid(top, y), bars, labels],
    legend(series),
    tableOf(
      groups.map((group) => [group.label, ...series.map(([name]) => group.values[name] || 0)]),
      series.map(([name]) => t(name)),
    ),
  );
}

/** One bar a line with its share: [[label, n, class]]. */
export function shares(title, parts) {
  const sum = parts.reduce((all, [, value]) => all + value, 0) || 1;
  const lines = parts.map(([label, value, tone], at) => [
    svg('text', { x: 0, y: at * 26 + 17 }, label),
    svg(
      'rect',
      { class: tone, x: 150, y: at * 26 + 5, height: 16, rx: 2, width: Math.max(2, (value / sum) * 370) },
      svg('title', {}, `${label}: ${count(value)}`),
    ),
    svg(
      'text',
      { x: 158 + (value / sum) * 370, y: at * 26 + 17, class: 'value' },
      `${count(value)} · ${((100 * value) / sum).toFixed(1)} %`,
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
    svg('svg', { viewBox: `0 0 ${WIDTH} ${height}`, role: 'img', 'aria-label': title }, drawing.flat(3)),
    below,
    numbers,
  );
}

function grid(top, y) {
  return [0, 0.5, 1].map((part) => [
    svg('line', { x1: LEFT, x2: WIDTH, y1: y(top * part), y2: y(top * part), class: 'line' }),
    svg('text', { x: LEFT - 6, y: y(top * part) + 4, 'text-anchor': 'end' }, count(top * part)),
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
