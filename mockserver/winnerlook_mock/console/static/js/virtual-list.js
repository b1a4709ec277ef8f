/** Rows of one height, of which only those exist that can be seen. */

import { h } from './dom.js';

const BEYOND = 10;

export class VirtualList {
  /** `make(item)` builds a row, `key(item)` tells rows apart; `near(end)` is called when one comes near the end. */
  constructor({ make, key, label, near = () => {} }) {
    this.make = make;
    this.key = key;
    this.near = near;
    this.items = [];
    this.rows = new Map();
    this.space = h('div', { class: 'rows', role: 'presentation' });
    this.element = h('div', { class: 'viewport', tabindex: '0', role: 'rowgroup', 'aria-label': label }, this.space);
    this.element.addEventListener('scroll', () => this.later(), { passive: true });
    this.watcher = new ResizeObserver(() => {
      this.measure();
      this.draw();
    });
    this.watcher.observe(this.element);
    this.height = 32;
    this.asked = 0;
  }

  close() {
    this.watcher.disconnect();
    cancelAnimationFrame(this.asked);
  }

  get top() {
    return this.element.scrollTop;
  }

  get isAtTop() {
    return this.element.scrollTop < this.height / 2;
  }

  set(items) {
    this.items = items;
    this.resize();
    this.draw();
  }

  /** An item looks different now. */
  update(item) {
    const key = this.key(item);
    const old = this.rows.get(key);
    if (!old) return;
    const at = Number(old.dataset.at);
    const held = old.contains(document.activeElement) ? [...old.querySelectorAll('a, button, input')].indexOf(document.activeElement) : -1;
    const row = this.place(this.make(item), at);
    old.replaceWith(row);
    this.rows.set(key, row);
    if (held >= 0) row.querySelectorAll('a, button, input')[held]?.focus({ preventScroll: true });
  }

  /** Those that look different now, of the rows that are there. */
  redraw(isDifferent = () => true) {
    for (const row of [...this.rows.values()]) {
      const item = this.items[Number(row.dataset.at)];
      if (item && isDifferent(item)) this.update(item);
    }
  }

  /** Bring a row into sight, and give it. */
  reveal(at) {
    const { scrollTop, clientHeight } = this.element;
    const top = at * this.height;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + this.height > scrollTop + clientHeight) this.element.scrollTop = top + this.height - clientHeight;
    this.draw();
    return this.rows.get(this.key(this.items[at]));
  }

  measure() {
    const asked = parseFloat(getComputedStyle(this.element).getPropertyValue('--row'));
    if (asked && asked !== this.height) {
      const first = this.element.scrollTop / this.height;
      this.height = asked;
      this.resize();
      this.element.scrollTop = first * asked;
      this.rows.forEach((row) => this.place(row, Number(row.dataset.at)));
    }
  }

  resize() {
    this.space.style.height = `${this.items.length * this.height}px`;
  }

  later() {
    if (!this.asked)
      this.asked = requestAnimationFrame(() => {
        this.asked = 0;
        this.draw();
      });
  }

  draw() {
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / this.height) - BEYOND);
    const end = Math.min(this.items.length, Math.ceil((scrollTop + clientHeight) / this.height) + BEYOND);
    const seen = new Map();
    for (let at = first; at < end; at += 1) {
      const key = this.key(this.items[at]);
      const row = this.place(this.rows.get(key) || this.make(this.items[at]), at);
      seen.set(key, row);
    }
    for (const [key, row] of this.rows) if (!seen.has(key)) row.remove();
    let after = null; // in the order in which they are seen, for who reads by keyboard or voice; rows that are in place stay untouched
    for (const row of [...seen.values()].reverse()) {
      if (row.parentNode !== this.space || row.nextSibling !== after) this.space.insertBefore(row, after);
      after = row;
    }
    this.rows = seen;
    if (end >= this.items.length - BEYOND * 5) this.near();
  }

  place(row, at) {
    if (row.dataset.at !== String(at)) {
      row.dataset.at = String(at);
      row.setAttribute('aria-rowindex', String(at + 2));
    }
    const moved = `translateY(${at * this.height}px)`;
    if (row.style.transform !== moved) row.style.transform = moved;
    return row;
  }
}
