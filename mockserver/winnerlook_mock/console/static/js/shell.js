/** What stands around every view: the way to others, whether the page is live, language and light. */

import { h, icon, replace } from './dom.js';
import { connection, on } from './events.js';
import { choose, language, t } from './i18n.js';
import { help } from './keys.js';
import { link } from './router.js';
import * as theme from './theme.js';

const PLACES = ['messages', 'handset', 'accounts', 'faults', 'clock', 'pushes', 'journal', 'codes', 'charts'];
let live = null;

export function draw(place) {
  live = h('span', { class: 'live', role: 'status' });
  replace(document.getElementById('skip'), t('skip'));
  const light = h(
    'button',
    {
      type: 'button',
      class: 'quiet',
      on: {
        click: () => {
          theme.turn();
          tell();
        },
      },
    },
    icon('sun'),
    h('span', { class: 'label' }),
  );
  const tell = () => {
    light.querySelector('.label').textContent = t(`theme.${theme.current()}`);
    light.setAttribute('aria-label', `${t('theme')}: ${t(`theme.${theme.current()}`)}`);
  };
  tell();
  const other = language() === 'zh' ? 'en' : 'zh';
  replace(
    document.getElementById('side'),
    h(
      'a',
      { class: 'brand', href: link(['messages']) },
      h('img', { src: '/_mock/favicon.svg', alt: '', width: '22', height: '22' }),
      'winnerlook-mock',
    ),
    h(
      'nav',
      { 'aria-label': t('nav') },
      h(
        'ul',
        {},
        PLACES.map((name) => h('li', {}, h('a', { href: link([name]), 'data-place': name }, icon(name), h('span', {}, t(`nav.${name}`))))),
      ),
    ),
    h(
      'div',
      { class: 'foot' },
      live,
      h(
        'button',
        { type: 'button', class: 'quiet', lang: other === 'zh' ? 'zh-CN' : 'en', on: { click: () => choose(other) } },
        other === 'zh' ? '中文' : 'English',
      ),
      light,
      h('button', { type: 'button', class: 'quiet', 'aria-label': t('keys.title'), title: t('keys.title'), on: { click: help } }, '?'),
      h('a', { class: 'quiet button', href: '/_mock/api/' }, 'API'),
    ),
  );
  mark(place);
  state();
}

/** Which place one is at. */
export function mark(place) {
  for (const anchor of document.querySelectorAll('#side [data-place]')) {
    if (anchor.dataset.place === place.parts[0]) {
      anchor.setAttribute('aria-current', 'page');
      center(anchor);
    } else {
      anchor.removeAttribute('aria-current');
    }
  }
}

/** Where there is no room for all places, the one that one is at is seen. Scrolled into view, the tabulator would go on from there. */
function center(anchor) {
  const nav = anchor.closest('nav');
  const [whole, part] = [nav.getBoundingClientRect(), anchor.getBoundingClientRect()];
  nav.scrollLeft += part.left - whole.left - (whole.width - part.width) / 2;
}

function state() {
  if (!live) return;
  live.className = `live ${connection()}`;
  live.textContent = t(`live.${connection()}`);
}

export function begin(place) {
  draw(place);
  on('state', state);
}
