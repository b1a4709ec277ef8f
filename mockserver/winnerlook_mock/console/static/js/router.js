/** Addresses that can be shared: #/messages?q=account:shop */

import { replace } from './dom.js';

let routes = [];
let outlet = null;
let shown = null;
let changed = () => {};

export function here() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  const parts = path.split('/').filter(Boolean).map(decoded);
  return { parts: parts.length ? parts : ['messages'], query: Object.fromEntries(new URLSearchParams(query || '')) };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function link(parts, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const written = new URLSearchParams(given).toString();
  return '#/' + parts.map(encodeURIComponent).join('/') + (written ? `?${written}` : '');
}

export function go(parts, query = {}, { instead = false } = {}) {
  const target = link(parts, query);
  if (target === location.hash) return;
  if (instead) {
    history.replaceState(null, '', target);
    render();
  } else {
    location.hash = target;
  }
}

/** Change the address without building the view anew: it has done already what the address says. */
export function note(parts, query) {
  history.replaceState(null, '', link(parts, query));
}

/** What the view that has this element is of, once it is known: one may have gone elsewhere meanwhile. */
export function retitle(words, element = shown.element) {
  if (element === shown.element) document.title = `${words} · winnerlook-mock`;
}

/** The view that is shown. */
export const view = () => shown;

export function render({ focus = false } = {}) {
  const place = here();
  const make = routes[place.parts[0]] || routes.messages;
  shown?.close?.();
  shown = make(place);
  replace(outlet, shown.element);
  retitle(shown.title);
  changed(place);
  if (focus && !outlet.contains(document.activeElement)) (outlet.querySelector('[autofocus]') || outlet).focus({ preventScroll: true });
  shown.ready?.();
}

export function begin(table, element, then) {
  routes = table;
  outlet = element;
  changed = then;
  addEventListener('hashchange', () => {
    if (!location.hash.startsWith('#main')) render({ focus: true });
  });
  render();
}
