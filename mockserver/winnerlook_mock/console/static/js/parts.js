/** Small pieces of every view. */

import { h, icon, replace } from './dom.js';
import { ago, moment } from './format.js';
import { t } from './i18n.js';
import { copyText } from './copy.js';
import { link } from './router.js';
import { toast } from './toast.js';

export function time(iso) {
  return h('time', { datetime: iso, 'data-at': iso, title: moment(iso) }, ago(iso));
}

/** Written anew every few seconds by main.js. */
export function tickTimes() {
  for (const element of document.querySelectorAll('time[data-at]')) {
    const words = ago(element.dataset.at);
    if (element.textContent !== words) element.textContent = words;
  }
}

const TONES = { DELIVRD: 'good', delivered: 'good', '': 'idle', ACCEPTD: 'idle', waiting: 'idle' };

/** A status in its colour, and in words: colour alone says nothing. */
export function status(word) {
  return h('span', { class: `status ${TONES[word] || 'bad'}` }, word || t('status.none'));
}

export function copyButton(text, label = t('copy')) {
  const said = typeof text === 'function' ? text : () => text;
  return h('button', { type: 'button', class: 'quiet', on: { click: () => copyText(said()) } }, icon('copy'), label);
}

/** Code to read and to copy; what is `copied` may be written otherwise than it is shown. */
export function codeBlock(text, { label = '', copied = text } = {}) {
  return h(
    'div',
    { class: 'code' },
    h('pre', { tabindex: '0', role: 'group', 'aria-label': label || t('code') }, h('code', {}, text)),
    h('div', { class: 'code-copy' }, copyButton(copied)),
  );
}

/** Blocks of code behind tabs: [[label, text], …]. */
export function codeTabs(blocks, name) {
  return tabs(
    blocks.map(([label, text]) => [label, () => codeBlock(text, { label })]),
    name,
  );
}

let drawn = 0;

/** Tabs with arrow keys: [[label, makePanel], …]. */
export function tabs(all, name) {
  const id = `tabs-${(drawn += 1)}`;
  const panel = h('div', { role: 'tabpanel', id: `${id}-panel` });
  const buttons = all.map(([label], at) =>
    h(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `${id}-${at}`,
        'aria-controls': `${id}-panel`,
        on: { click: () => choose(at), keydown: (event) => step(event, at) },
      },
      label,
    ),
  );
  function choose(at) {
    buttons.forEach((button, each) => {
      button.setAttribute('aria-selected', String(each === at));
      button.tabIndex = each === at ? 0 : -1;
    });
    panel.setAttribute('aria-labelledby', `${id}-${at}`);
    replace(panel, all[at][1]());
  }
  function step(event, at) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const next = (at + by + all.length) % all.length;
    choose(next);
    buttons[next].focus();
  }
  choose(0);
  return h('div', { class: 'tabs' }, h('div', { role: 'tablist', class: 'tablist', 'aria-label': name }, buttons), panel);
}

export function heading(title, ...tools) {
  return h('div', { class: 'heading' }, h('h1', {}, title), h('div', { class: 'tools' }, tools));
}

/** In place of what is not there, or not any more. */
export const absent = (title, place) => heading(title, backTo(place));

/** The way back to a list. */
export const backTo = (place) => h('a', { href: link([place]), class: 'button' }, icon('back'), t(`nav.${place}`));

export function panel(title, ...children) {
  return h('section', { class: 'panel', 'aria-label': title }, h('h2', {}, title), children);
}

export function field(label, input, hint = '') {
  return h('label', { class: 'field' }, h('span', {}, label), input, hint && h('small', {}, hint));
}

export function select(options, chosen, props = {}) {
  const all = options.map((one) => (Array.isArray(one) ? one : [one, one]));
  return h(
    'select',
    props,
    all.map(([value, label]) => h('option', { value, selected: value === chosen }, label)),
  );
}

export function facts(pairs) {
  return h(
    'dl',
    { class: 'facts' },
    pairs.filter(Boolean).map(([name, value]) => [h('dt', {}, name), h('dd', {}, value === '' ? '–' : value)]),
  );
}

export function table(label, heads, rows) {
  return h(
    'div',
    { class: 'table', tabindex: '0', role: 'group', 'aria-label': label },
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          heads.map((head) => (head ? h('th', { scope: 'col' }, head) : h('td', {}))),
        ),
      ),
      h('tbody', {}, rows),
    ),
  );
}

export const row = (...cells) =>
  h(
    'tr',
    {},
    cells.map((cell) => h('td', {}, cell)),
  );

export function empty(title, ...more) {
  return h('div', { class: 'empty' }, h('h2', {}, title), more);
}

/** Do it, and say so if it could not be done. */
export async function attempt(act) {
  try {
    return await act();
  } catch (error) {
    if (error.name === 'AbortError') return undefined;
    toast(error.message || t('failed'), 'bad');
    return undefined;
  }
}
