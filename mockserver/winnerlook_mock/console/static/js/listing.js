/** A live list, newest first, of things that have numbers: what arrives while one reads further down waits behind a pill. */

import { h, replace } from './dom.js';
import { count } from './format.js';
import { t } from './i18n.js';
import { say, toast } from './toast.js';
import { VirtualList } from './virtual-list.js';

const FIRST = 200;
const MORE = 1000;
const QUIET_MS = 120;

export class Listing {
  /** `fetchPage({q, before, limit}, signal)` gives {items, next}; `make(item)` builds a row; `blank(q)` says what to show for nothing;
   * `memory` is kept between visits. */
  constructor({ fetchPage, make, label, head, blank, memory, changed = () => {} }) {
    Object.assign(this, { fetchPage, blank, memory, changed });
    this.items = [];
    this.held = [];
    this.incoming = [];
    this.next = null;
    this.q = '';
    this.cursor = memory.cursor ?? null;
    this.busy = null;
    this.list = new VirtualList({ make, key: (item) => item.number, label, near: () => this.more() });
    this.pill = h('button', { type: 'button', class: 'pill', hidden: true, on: { click: () => this.showHeld() } });
    this.table = h('div', { class: 'grid', role: 'table', 'aria-label': label }, h('div', { role: 'rowgroup' }, head), this.list.element);
    this.nothing = h('div', { class: 'nothing', hidden: true });
    this.element = h('div', { class: 'listing' }, this.pill, this.table, this.nothing);
    this.list.element.addEventListener('scroll', () => this.scrolled(), { passive: true });
  }

  close() {
    Object.assign(this.memory, { q: this.q, items: this.items, next: this.next, top: this.list.top, cursor: this.cursor });
    this.busy?.abort();
    clearTimeout(this.quiet);
    cancelAnimationFrame(this.flushing);
    this.list.close();
  }

  /** Once it is in the page. */
  async begin(q) {
    this.list.measure();
    if (this.memory.items && this.memory.q === q) {
      this.q = q;
      this.next = this.memory.next;
      this.show(this.memory.items);
      this.list.element.scrollTop = this.memory.top;
      await this.sync();
    } else {
      await this.load(q);
    }
  }

  async load(q) {
    this.q = q;
    const page = await this.page({ limit: FIRST });
    if (!page) return;
    this.next = page.next;
    this.held = [];
    this.list.element.scrollTop = 0;
    this.show(page.items);
    this.showPill();
  }

  async more() {
    if (this.next === null || this.loading) return;
    this.loading = true;
    const page = await this.page({ before: this.next, limit: MORE });
    this.loading = false;
    if (!page) return;
    this.next = page.next;
    this.show([...this.items, ...page.items]);
  }

  /** Ask for the newest anew: what is new comes in, what is different changes, what is gone goes. */
  async sync() {
    const page = await this.page({ limit: FIRST });
    if (!page) return;
    const fresh = new Map(page.items.map((item) => [item.number, item]));
    const oldest = page.items.at(-1)?.number ?? 0;
    const newest = this.newest;
    const stays = (item) => (page.next !== null && item.number < oldest) || fresh.has(item.number);
    const known = this.items.filter(stays).map((item) => fresh.get(item.number) ?? item);
    if (!known.length) this.next = page.next;
    this.held = this.held.filter(stays);
    if (known.length !== this.items.length || known.some((item, at) => item !== this.items[at])) {
      this.show(known);
      this.list.redraw();
    }
    this.arrive(known.length ? page.items.filter((item) => item.number > newest) : page.items);
  }

  /** The same a little later, however often it is asked for meanwhile. */
  soon() {
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.sync(), QUIET_MS);
  }

  async page(asked) {
    this.busy?.abort();
    this.busy = new AbortController();
    try {
      const page = await this.fetchPage({ q: this.q, ...asked }, this.busy.signal);
      this.changed(null);
      return page;
    } catch (error) {
      this.loading = false;
      if (error.name === 'AbortError') return null;
      if (error.parameter === 'q') this.changed(error);
      else if (error.status) toast(error.message, 'bad');
      return null;
    }
  }

  get newest() {
    return Math.max(this.items[0]?.number ?? 0, this.held[0]?.number ?? 0);
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
    const known = new Set([...this.items.slice(0, MORE), ...this.held].map((item) => item.number));
    const fresh = [...new Map(this.incoming.map((item) => [item.number, item])).values()]
      .filter((item) => !known.has(item.number))
      .sort((one, other) => other.number - one.number);
    this.incoming = [];
    if (!fresh.length) return;
    if (this.list.isAtTop && !this.held.length)
      this.show(
        [...fresh, ...this.items],
        fresh.map((item) => item.number),
      );
    else this.held = [...fresh, ...this.held];
    this.showPill();
    say(t('list.arrived', { count: fresh.length }));
  }

  showHeld() {
    const fresh = this.held.map((item) => item.number);
    this.show([...this.held, ...this.items], fresh);
    this.held = [];
    this.showPill();
    this.list.element.scrollTop = 0;
    this.list.element.focus({ preventScroll: true });
  }

  scrolled() {
    if (this.held.length && this.list.top === 0) this.showHeld();
  }

  showPill() {
    this.pill.hidden = !this.held.length;
    this.pill.textContent = t('list.new', { count: count(this.held.length) });
  }

  show(items, fresh = []) {
    this.items = items;
    this.nothing.hidden = items.length > 0;
    this.table.hidden = !items.length;
    if (!items.length) replace(this.nothing, this.blank(this.q));
    this.table.setAttribute('aria-rowcount', String(this.next === null ? items.length + 1 : -1));
    this.list.set(items);
    for (const number of fresh) this.list.rows.get(number)?.classList.add('fresh');
    this.changed(null);
  }

  drop(numbers) {
    const gone = new Set(numbers);
    this.held = this.held.filter((item) => !gone.has(item.number));
    this.show(this.items.filter((item) => !gone.has(item.number)));
    this.showPill();
  }

  change(item) {
    this.list.update(item);
  }

  /** Move the cursor; the row's link gets the focus. */
  step(by) {
    if (!this.items.length) return;
    const at = this.items.findIndex((item) => item.number === this.cursor);
    const next = at < 0 ? 0 : Math.min(this.items.length - 1, Math.max(0, at + by));
    this.cursor = this.items[next].number;
    this.list.reveal(next)?.querySelector('a')?.focus({ preventScroll: true });
  }

  get current() {
    return this.items.find((item) => item.number === this.cursor);
  }
}
