/** The keyboard: a view says what its keys do in `keys`, {j: act}. */

import { h } from './dom.js';
import { open } from './dialog.js';
import { t } from './i18n.js';
import { go, view } from './router.js';

const PLACES = { m: 'messages', h: 'handset', a: 'accounts', f: 'faults', c: 'clock', p: 'pushes', l: 'journal', o: 'codes', s: 'charts' };
const HELP = [['j', 'k'], ['Enter'], ['/'], ['x'], ['Delete'], ['Esc'], ['g m'], ['g l'], ['g a'], ['?']];
let prefixed = false;

const isTyping = (element) => element.closest?.('input:not([type=checkbox]), textarea, select') !== null;

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
  if (isTyping(event.target)) {
    if (event.key === 'Escape') event.target.blur();
    return;
  }
  if (event.key === 'Enter' && event.target.closest?.('a, button, summary')) return; // it does what it says
  const act = prefixed ? () => PLACES[event.key] && go([PLACES[event.key]]) : actOf(event.key);
  prefixed = !prefixed && event.key === 'g';
  if (!act) return;
  event.preventDefault();
  act(event);
}

function actOf(key) {
  if (key === '?') return help;
  const own = view()?.keys?.[key];
  if (own) return own;
  return key === '/' ? focusSearch : null;
}

function focusSearch() {
  document.querySelector('main input[type=search]')?.focus();
}

export function help() {
  open(t('keys.title'), (close) => [
    h(
      'dl',
      { class: 'keys' },
      HELP.map((keys) => [
        h(
          'dt',
          {},
          keys.map((key) => h('kbd', {}, key)),
        ),
        h('dd', {}, t(`keys.${keys.join('')}`.replace(/\s/g, ''))),
      ]),
    ),
    h(
      'div',
      { class: 'actions' },
      h('button', { type: 'button', class: 'primary', autofocus: true, on: { click: () => close('') } }, t('close')),
    ),
  ]);
}

export function begin() {
  document.addEventListener('keydown', pressed);
}
