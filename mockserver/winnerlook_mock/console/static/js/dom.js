/** Elements from data. Text becomes text nodes only: nothing that a caller sent is ever read as markup. */

const PROPERTIES = new Set(['value', 'checked', 'disabled', 'indeterminate', 'selected', 'open', 'hidden']);
const SVG = 'http://www.w3.org/2000/svg';

/** h('a', {class: 'x', href: '#/', on: {click: f}}, 'text', child, [children], null) */
export function h(tag, props, ...children) {
  return fill(dress(document.createElement(tag), props), children);
}

/** The same for SVG. */
export function svg(tag, props, ...children) {
  return fill(dress(document.createElementNS(SVG, tag), props), children);
}

export function replace(parent, ...children) {
  parent.replaceChildren();
  return fill(parent, children);
}

function dress(element, props) {
  for (const [name, value] of Object.entries(props || {})) {
    if (name === 'on') for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    else if (value === null || value === undefined || value === false) continue;
    else if (PROPERTIES.has(name)) element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  return element;
}

function fill(parent, children) {
  for (const child of children.flat(9)) {
    if (child !== null && child !== undefined && child !== false) parent.append(child);
  }
  return parent;
}

const ICONS = {
  messages: 'M3 4h14v9H9l-4 3v-3H3z',
  handset: 'M6 2h8v16H6zM9 15.5h2',
  accounts: 'M10 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 17c0-3.5 3-5 6-5s6 1.5 6 5',
  faults: 'M10 3l8 14H2zM10 8v4M10 14.5v.5',
  clock: 'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM10 6v4.5l3 2',
  pushes: 'M3 10h11M10 5l5 5-5 5M17 4v12',
  journal: 'M5 3h10v14H5zM8 7h4M8 10h4M8 13h2',
  codes: 'M4 6h12M4 10h12M4 14h7',
  charts: 'M3 17V3M3 17h14M7 14v-4M11 14V6M15 14v-6',
  copy: 'M7 7h9v10H7zM4 13V3h9',
  warn: 'M10 3l8 14H2zM10 8v4M10 14.5v.5',
  back: 'M12 4l-6 6 6 6',
  sun: 'M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6L16 16M4 16l1.4-1.4M14.6 5.4L16 4',
};

/** A drawing that says nothing by itself. */
export function icon(name) {
  const shape = { viewBox: '0 0 20 20', class: 'icon', 'aria-hidden': 'true', focusable: 'false' };
  return svg('svg', shape, svg('path', { d: ICONS[name] }));
}
