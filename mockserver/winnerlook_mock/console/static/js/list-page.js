/** A page that is a live list: a search above it, rows to open and to select, and keys. Messages, Journal and Pushes are such pages. */

import * as api from './api.js';
import { sure } from './dialog.js';
import { h, icon, replace } from './dom.js';
import { onAll } from './events.js';
import { count } from './format.js';
import { t } from './i18n.js';
import { Listing } from './listing.js';
import { attempt, empty, heading } from './parts.js';
import { go, link } from './router.js';
import { SearchBar } from './search-bar.js';
import { Selection } from './selection.js';
import { firstSteps } from './views/first-steps.js';

const AT_ONCE = 4;

export class ListPage {
  /** `name` is the place in the address, and how its words are called; `memory` is kept between visits. A kind of page says what its
   * rows hold (`cells`), where they come from (`fetchPage`) and what is heard meanwhile (`hears`). */
  constructor(name, columns, memory) {
    Object.assign(this, { name, columns });
    this.selection = new Selection(
      (item) => this.key(item),
      () => this.redraw(),
    );
    this.search = this.makeSearch((q) => {
      this.selection.clear(false);
      this.listing.load(q);
    });
    this.all = h('input', { type: 'checkbox', 'aria-label': t('list.all'), on: { change: () => this.selection.all(this.listing.items) } });
    this.bar = h('div', { class: 'tally' });
    this.listing = new Listing({
      memory,
      label: t(`nav.${name}`),
      head: this.head(),
      key: (item) => this.key(item),
      order: (one, other) => this.order(one, other),
      cursorOf: (item) => this.cursorOf(item),
      fetchPage: (asked, signal) => this.fetchPage(asked, signal),
      make: (item) => this.row(item),
      blank: (q) => this.blank(q),
      changed: (problem) => {
        this.search.complain(problem);
        this.tell();
      },
    });
    this.element = h('div', { class: 'page list-page' }, heading(t(`nav.${name}`), this.bar), this.search.element, this.listing.element);
  }

  get view() {
    return {
      title: t(`nav.${this.name}`),
      element: this.element,
      ready: () => this.begin(),
      close: () => this.close(),
      keys: {
        j: () => this.listing.step(1),
        k: () => this.listing.step(-1),
        ArrowDown: () => this.listing.step(1),
        ArrowUp: () => this.listing.step(-1),
        x: () => this.choose(),
        Delete: () => this.act(),
        Escape: () => this.selection.clear(),
        Enter: () => this.open(),
      },
    };
  }

  key(item) {
    return item.number;
  }

  /** Below zero where `one` is newer than `other`. */
  order(one, other) {
    return other.number - one.number;
  }

  /** Where the page behind an item begins. */
  cursorOf(item) {
    return item.number;
  }

  placeOf(item) {
    return [this.name, String(item.number)];
  }

  makeSearch(search) {
    return new SearchBar(this.name, this.filters, search);
  }

  blank(q) {
    return q ? empty(t('search.nothing'), h('p', {}, t('search.nothing-hint'))) : firstSteps();
  }

  async begin() {
    this.ends = [onAll({ ...this.hears(), account: () => this.shifted(), resync: () => this.listing.sync() })];
    await this.listing.begin(this.search.q);
  }

  close() {
    this.ends?.forEach((end) => end());
    this.search.close();
    this.listing.close();
  }

  /** An account was opened, changed, emptied or closed. */
  shifted() {
    this.search.fillAccounts();
    this.listing.soon();
  }

  /** One more, which a search may not let through. */
  arrived(item) {
    if (this.listing.q) this.listing.soon();
    else this.listing.arrive([item]);
  }

  redraw() {
    this.listing.list.redraw();
    this.tell();
  }

  tell() {
    const { selection, listing } = this;
    if (!listing) return;
    this.all.checked = listing.items.length > 0 && selection.size >= listing.items.length;
    this.all.indeterminate = !this.all.checked && selection.size > 0;
    replace(this.bar, selection.size ? this.chosenTools() : this.tools());
  }

  tools() {
    const more = this.listing.next === null ? '' : '+';
    return [h('span', { class: 'muted' }, t('list.count', { count: count(this.listing.items.length) + more })), this.always?.()];
  }

  chosenTools() {
    return [
      h('span', { role: 'status' }, t('list.selected', { count: count(this.selection.size) })),
      this.chosen(),
      h('button', { type: 'button', class: 'quiet', on: { click: () => this.selection.clear() } }, t('list.clear')),
    ];
  }

  choose() {
    if (this.listing.current) this.selection.toggle(this.listing.current, this.listing.items, false);
  }

  open() {
    if (this.listing.current) go(this.placeOf(this.listing.current));
  }

  /** Those that are selected, else the one that the keyboard is at. */
  meant() {
    if (this.selection.size) return this.listing.items.filter((item) => this.selection.has(item));
    return this.listing.current ? [this.listing.current] : [];
  }

  row(item) {
    const chosen = this.selection.has(item);
    const toggle = (event) => {
      this.listing.cursor = this.key(item);
      this.selection.toggle(item, this.listing.items, event.shiftKey);
    };
    const check = h('input', {
      type: 'checkbox',
      checked: chosen,
      'aria-label': t('list.select', { number: item.phone ?? item.number }),
      on: { click: toggle },
    });
    const cells = this.cells(item);
    return h(
      'div',
      {
        role: 'row',
        class: `row ${this.name}-row`,
        'aria-selected': String(chosen),
        on: { click: (event) => this.clicked(event, item) },
      },
      cell('check', check),
      this.columns.map((name) => cell(name, cells[name])),
    );
  }

  clicked(event, item) {
    if (!event.target.closest('a, button, input') && !String(getSelection())) go(this.placeOf(item));
  }

  /** The link of a row, which the keyboard stops at. */
  opening(item, words) {
    const stop = () => {
      this.listing.cursor = this.key(item);
    };
    return h('a', { href: link(this.placeOf(item)), title: words, on: { focus: stop } }, words);
  }

  filter(key, value) {
    if (!value) return '';
    const title = t('filter.by', { value });
    return h('button', { type: 'button', class: 'filter', title, on: { click: () => this.search.add(key, value) } }, value);
  }

  head() {
    const columns = this.columns.map((name) => h('div', { role: 'columnheader', class: `cell ${name}` }, t(`column.${name}`)));
    return h(
      'div',
      { role: 'row', class: `row ${this.name}-row row-head`, 'aria-rowindex': '1' },
      h('div', { role: 'columnheader', class: 'cell check' }, this.all),
      columns,
    );
  }
}

/** A list whose items can be forgotten. */
export class ForgettingPage extends ListPage {
  always() {
    const act = () => this.forgetFitting();
    const hidden = !this.listing.items.length;
    return h('button', { type: 'button', class: 'quiet danger', hidden, on: { click: act } }, t('list.delete-all'));
  }

  chosen() {
    return h('button', { type: 'button', class: 'danger', on: { click: () => this.act() } }, t('delete'));
  }

  async act() {
    const meant = this.meant();
    if (!meant.length) return;
    const forget = (item) =>
      api.remove(api.path(this.name, item.number)).catch((error) => {
        if (error.status !== 404) throw error;
      });
    const gone = await attempt(() => each(meant, forget));
    this.selection.clear(false);
    if (gone) this.listing.drop(meant);
    this.listing.soon();
  }

  async forgetFitting() {
    const q = this.search.q;
    const text = q ? t('list.delete-fitting', { q }) : t(`${this.name}.delete-everything`);
    if (!(await sure(t('list.delete-all'), text, t('delete')))) return;
    await attempt(() => api.remove(`/${this.name}`, { q }));
    await this.listing.load(q);
  }
}

const cell = (name, contents) => h('div', { role: 'cell', class: `cell ${name}` }, contents);

/** Act on each, a few at a time; true when all is done. */
export async function each(items, act) {
  const waiting = [...items];
  const work = async () => {
    while (waiting.length) await act(waiting.pop());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return true;
}

export const warning = (notes) =>
  notes?.length
    ? h(
        'span',
        { class: 'warned', title: notes.join('\n'), role: 'img', 'aria-label': t('warnings', { count: notes.length }) },
        icon('warn'),
        String(notes.length),
      )
    : '';
