/** What Messages and Journal have in common: search with the API's grammar in the address, filters, a live list, keys. */

import * as api from './api.js';
import { h, icon, replace } from './dom.js';
import { count } from './format.js';
import { t } from './i18n.js';
import { here, note } from './router.js';

const TYPING_MS = 180;

/** The search field of a page; `search(q)` is called with what is wanted. */
export class SearchBar {
  constructor(name, filters, search) {
    this.name = name;
    this.search = search;
    this.input = h('input', {
      type: 'search',
      id: 'q',
      placeholder: t(`${name}.search`),
      'aria-label': t('search'),
      'aria-describedby': 'search-problem',
      spellcheck: 'false',
      autocomplete: 'off',
      value: here().query.q || '',
      on: { input: () => this.typed(), change: () => this.now() },
    });
    this.problem = h('p', { class: 'bad search-problem', id: 'search-problem', role: 'alert', hidden: true });
    this.chips = filters.map((term) => h('button', { type: 'button', class: 'chip', on: { click: () => this.toggle(term) } }, term));
    this.accounts = h('select', { 'aria-label': t('account'), on: { change: () => this.ofAccount(this.accounts.value) } });
    this.element = h(
      'div',
      { class: 'search' },
      h(
        'div',
        { class: 'search-line' },
        this.input,
        this.accounts,
        h('a', { class: 'button', href: '/_mock/api/#search', title: t('search.grammar') }, '?'),
      ),
      h('div', { class: 'chips', role: 'group', 'aria-label': t('filters') }, this.chips),
      this.problem,
    );
    this.mark();
    this.fillAccounts();
  }

  get q() {
    return this.input.value.trim();
  }

  typed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), TYPING_MS);
  }

  now() {
    clearTimeout(this.timer);
    if ((here().query.q || '') === this.q) return;
    note([this.name], { q: this.q });
    this.mark();
    this.search(this.q);
  }

  set(q) {
    this.input.value = q;
    this.now();
  }

  terms() {
    return this.q.match(/-?(?:[A-Za-z]+:)?(?:"[^"]*"|\S+)/g) || [];
  }

  /** A filter that was clicked: in, or out where it is there already. One key has one value. */
  toggle(term) {
    const terms = this.terms();
    const key = term.split(':')[0];
    const others = terms.filter((one) => one.split(':')[0] !== key);
    this.set((terms.includes(term) ? others : [...others, term]).join(' '));
  }

  add(key, value) {
    const term = `${key}:${/[\s:"]/.test(value) ? `"${value}"` : value}`;
    if (!this.terms().includes(term)) this.toggle(term);
  }

  ofAccount(account) {
    if (account) this.add('account', account);
    else
      this.set(
        this.terms()
          .filter((term) => !term.startsWith('account:'))
          .join(' '),
      );
  }

  mark() {
    const terms = this.terms();
    this.chips.forEach((chip) => chip.setAttribute('aria-pressed', String(terms.includes(chip.textContent))));
    this.markAccount();
  }

  markAccount() {
    const chosen = this.terms()
      .find((term) => term.startsWith('account:'))
      ?.slice('account:'.length)
      .replaceAll('"', '');
    this.accounts.value = chosen ?? '';
    if (chosen && this.accounts.value !== chosen) {
      this.accounts.append(h('option', { value: chosen }, chosen));
      this.accounts.value = chosen;
    }
  }

  async fillAccounts() {
    const everyone = h('option', { value: '' }, t('accounts.all'));
    replace(this.accounts, everyone);
    try {
      const { accounts } = await api.get('/accounts');
      replace(
        this.accounts,
        everyone,
        accounts.map((one) => h('option', { value: one.user_code }, one.user_code)),
      );
    } catch {
      /* the search works without */
    }
    this.markAccount();
  }

  complain(problem) {
    this.problem.hidden = !problem;
    this.problem.textContent = problem?.message || '';
    this.input.setAttribute('aria-invalid', String(Boolean(problem)));
  }
}

/** What is selected in a listing, and what can be done with it. */
export class Selection {
  constructor(redraw) {
    this.numbers = new Set();
    this.redraw = redraw;
    this.latest = null;
  }

  has(number) {
    return this.numbers.has(number);
  }

  /** Choose or leave one; with shift, all between the last one and this one. */
  toggle(item, items, shift) {
    const on = !this.numbers.has(item.number);
    const from = shift ? items.findIndex((one) => one.number === this.latest) : -1;
    const at = items.indexOf(item);
    const meant = from < 0 ? [item] : items.slice(Math.min(from, at), Math.max(from, at) + 1);
    meant.forEach((one) => (on ? this.numbers.add(one.number) : this.numbers.delete(one.number)));
    this.latest = item.number;
    this.redraw();
  }

  all(items) {
    const everything = items.length > 0 && items.every((one) => this.numbers.has(one.number));
    this.clear(false);
    if (!everything) items.forEach((one) => this.numbers.add(one.number));
    this.redraw();
  }

  clear(drawn = true) {
    this.numbers.clear();
    if (drawn) this.redraw();
  }
}

/** How many there are, or what to do with those that are chosen. */
export function tally(listing, selection, actions) {
  if (!selection.numbers.size) {
    const more = listing.next === null ? '' : '+';
    return [h('span', { class: 'muted' }, t('list.count', { count: count(listing.items.length) + more })), actions.always];
  }
  return [
    h('span', { role: 'status' }, t('list.selected', { count: count(selection.numbers.size) })),
    actions.chosen,
    h('button', { type: 'button', class: 'quiet', on: { click: () => selection.clear() } }, t('list.clear')),
  ];
}

/** Forget those that are chosen, a few at a time. */
export async function removeAll(where, numbers) {
  const waiting = [...numbers];
  const gone = [];
  const work = async () => {
    while (waiting.length) {
      const number = waiting.pop();
      try {
        await api.remove(api.path(where, number));
      } catch (error) {
        if (error.status !== 404) throw error;
      }
      gone.push(number);
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  return gone;
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
