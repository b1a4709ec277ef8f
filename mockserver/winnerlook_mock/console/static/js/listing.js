/** A live list, newest first: what arrives while one reads further down waits behind a pill. However much passes, a bounded part is kept. */

import { calm } from './calm.js';
import { h, replace } from './dom.js';
import { count } from './format.js';
import { t } from './i18n.js';
import { say, toast } from './toast.js';
import { VirtualList } from './virtual-list.js';

const FIRST = 200;
const MORE = 1000;
const KEPT = 10_000;
const SLACK = 1000;
const HELD = 1000;
const QUIET_MS = 120;

export class Listing {
  /** `fetchPage({q, before, limit}, signal)` gives {items, next}, `next` being the `before` of the page behind; `cursorOf(item)` is that of
   * an item. `key(item)` tells items apart and `order(one, other)` sorts them, newest first. `make(item)` builds a row, `blank(q)` what to
   * show for nothing; `memory` is kept between visits. */
  constructor({ fetchPage, cursorOf, key, order, make, label, head, blank, memory, changed }) {
    Object.assign(this, { fetchPage, cursorOf, key, order, blank, memory, changed });
    this.items = [];
    this.held = [];
    this.missed = false;
    this.incoming = [];
    this.next = null;
    this.q = '';
    this.cursor = memory.cursor ?? null;
    this.busy = {};
    this.soon = calm(() => this.sync(), QUIET_MS);
    this.list = new VirtualList({ make, key, label, near: () => this.more() });
    this.pill = h('button', { type: 'button', class: 'pill', hidden: true, on: { click: () => this.showHeld() } });
    this.table = h('div', { class: 'grid', role: 'table', 'aria-label': label }, h('div', { role: 'rowgroup' }, head), this.list.element);
    this.nothing = h('div', { class: 'nothing', hidden: true });
    this.element = h('div', { class: 'listing' }, this.pill, this.table, this.nothing);
    this.list.element.addEventListener('scroll', () => this.scrolled(), { passive: true });
  }

  close() {
    Object.assign(this.memory, { q: this.q, items: this.items, next: this.next, top: this.list.top, cursor: this.cursor });
    this.abort();
    this.soon.end();
    cancelAnimationFrame(this.flushing);
    this.list.close();
  }

  /** Once it is in the page. */
  async begin(q) {
    this.list.measure();
    if (!this.memory.items || this.memory.q !== q) return void (await this.load(q));
    this.q = q;
    this.next = this.memory.next;
    this.show(this.memory.items);
    this.list.element.scrollTop = this.memory.top;
    await this.sync();
  }

  async load(q) {
    this.q = q;
    this.abort();
    const page = await this.page('load', { limit: FIRST });
    if (page) this.renew(page);
  }

  /** Begin with this page, whatever was there before. */
  renew(page) {
    this.next = page.next;
    this.held = [];
    this.missed = false;
    this.list.element.scrollTop = 0;
    this.show(page.items);
    this.showPill();
  }

  async more() {
    if (this.next === null || this.loading) return;
    this.loading = true;
    const page = await this.page('more', { before: this.next, limit: MORE });
    this.loading = false;
    if (!page) return;
    this.next = page.next;
    const known = this.keysOf(this.items.slice(-MORE));
    this.show([...this.items, ...page.items.filter((item) => !known.has(this.key(item)))]);
  }

  /** Ask for the newest anew: what is new comes in, what is different changes, what is gone goes. */
  async sync() {
    const page = await this.page('sync', { limit: FIRST });
    if (!page) return;
    const fresh = new Map(page.items.map((item) => [this.key(item), item]));
    const last = page.items.at(-1);
    const isBeyond = (item) => page.next !== null && this.order(item, last) > 0;
    const kept = this.items.filter((item) => isBeyond(item) || fresh.has(this.key(item)));
    const held = this.held.filter((item) => isBeyond(item) || fresh.has(this.key(item)));
    if (!kept.length && !held.length) return void this.renew(page);
    if (![...kept, ...held].some((item) => fresh.has(this.key(item)))) return void this.miss(page);
    this.held = held;
    if (kept.length !== this.items.length || fresh.size) this.show(kept.map((item) => fresh.get(this.key(item)) ?? item));
    this.list.redraw();
    this.arrive(page.items);
  }

  /** More came than a page holds: who is at the top begins anew, who reads further down is told. */
  miss(page) {
    if (this.list.isAtTop) return void this.renew(page);
    this.missed = true;
    this.showPill();
  }

  abort() {
    Object.values(this.busy).forEach((one) => one.abort());
  }

  /** Null where it could not be had, or is not wanted any more. */
  async page(purpose, asked) {
    this.busy[purpose]?.abort();
    this.busy[purpose] = new AbortController();
    const { signal } = this.busy[purpose];
    try {
      const page = await this.fetchPage({ q: this.q, ...asked }, signal);
      if (signal.aborted) return null;
      this.changed(null);
      return page;
    } catch (error) {
      if (error.name === 'AbortError') return null;
      if (error.parameter === 'q') this.changed(error);
      else if (error.status) toast(error.message, 'bad');
      return null;
    }
  }

  /** New ones, in any order. Many in one frame are shown at once. */
  arrive(items) {
    this.incoming.push(...items);
    if (this.incoming.length)
      this.flushing ??= requestAnimationFrame(() => {
        this.flushing = null;
        this.flush();
      });
  }

  flush() {
    const known = this.keysOf([...this.items.slice(0, MORE), ...this.held]);
    const last = this.next === null ? null : this.items.at(-1);
    const isBeyond = (item) => last && this.order(item, last) > 0; // told late, of what is on a page that is not here
    const fresh = [...new Map(this.incoming.map((item) => [this.key(item), item])).values()]
      .filter((item) => !known.has(this.key(item)) && !isBeyond(item))
      .sort(this.order);
    this.incoming = [];
    if (!fresh.length) return;
    if (this.list.isAtTop && !this.held.length && !this.missed)
      this.show(
        this.bounded(this.joined(fresh)),
        fresh.map((item) => this.key(item)),
      );
    else this.hold(fresh);
    this.showPill();
    say(t('list.arrived', { count: fresh.length }));
  }

  /** These and those that are there, in order. */
  joined(fresh) {
    const all = [...fresh, ...this.items];
    if (!this.items.length || this.order(fresh.at(-1), this.items[0]) < 0) return all;
    return [...new Map(all.map((item) => [this.key(item), item])).values()].sort(this.order);
  }

  hold(fresh) {
    this.held = [...fresh, ...this.held];
    if (this.held.length <= HELD) return;
    this.held.length = HELD;
    this.missed = true;
  }

  /** The newest of them; the others can be asked for again. */
  bounded(items) {
    if (items.length <= KEPT + SLACK) return items;
    this.next = this.cursorOf(items[KEPT - 1]);
    return items.slice(0, KEPT);
  }

  async showHeld() {
    if (this.missed) await this.load(this.q);
    else {
      const held = this.held;
      this.held = [];
      this.show(this.bounded(this.joined(held)), held.map(this.key));
      this.showPill();
    }
    this.list.element.scrollTop = 0;
    this.list.element.focus({ preventScroll: true });
  }

  scrolled() {
    if ((this.held.length || this.missed) && this.list.top === 0) this.showHeld();
  }

  showPill() {
    this.pill.hidden = !this.held.length && !this.missed;
    this.pill.textContent = t('list.new', { count: count(this.held.length) + (this.missed ? '+' : '') });
  }

  show(items, fresh = []) {
    this.items = items;
    this.nothing.hidden = items.length > 0;
    this.table.hidden = !items.length;
    if (!items.length) replace(this.nothing, this.blank(this.q));
    this.table.setAttribute('aria-rowcount', String(this.next === null ? items.length + 1 : -1));
    this.list.set(items);
    for (const key of fresh) this.list.rows.get(key)?.classList.add('fresh');
    this.changed(null);
  }

  drop(items) {
    const gone = this.keysOf(items);
    this.held = this.held.filter((item) => !gone.has(this.key(item)));
    this.show(this.items.filter((item) => !gone.has(this.key(item))));
    this.showPill();
  }

  keysOf(items) {
    return new Set(items.map(this.key));
  }

  /** Move the cursor; the row's link gets the focus. */
  step(by) {
    if (!this.items.length) return;
    const at = this.items.findIndex((item) => this.key(item) === this.cursor);
    const next = at < 0 ? 0 : Math.min(this.items.length - 1, Math.max(0, at + by));
    this.cursor = this.key(this.items[next]);
    this.list.reveal(next)?.querySelector('a')?.focus({ preventScroll: true });
  }

  get current() {
    return this.items.find((item) => this.key(item) === this.cursor);
  }
}
