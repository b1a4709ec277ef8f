/** The search of a list: the API's grammar, kept in the address, and filters to click. */

import * as api from './api.js';
import { h, replace } from './dom.js';
import { t } from './i18n.js';
import { here, note } from './router.js';

const TYPING_MS = 180;

/** A value as a term holds it. */
const written = (value) => (/[\s:"]|^-/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : value);

/** The search for what an account has. */
export const ofAccount = (name) => `account:${written(name)}`;

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

  close() {
    clearTimeout(this.timer);
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
    return this.q.match(/-?(?:[A-Za-z]+:)?(?:"(?:\\["\\]|[^"])*"|\S+)/g) || [];
  }

  /** A filter that was clicked: in, or out where it is there already. One key has one value. */
  toggle(term) {
    const terms = this.terms();
    const key = term.split(':')[0];
    const others = terms.filter((one) => one.split(':')[0] !== key);
    this.set((terms.includes(term) ? others : [...others, term]).join(' '));
  }

  add(key, value) {
    const term = `${key}:${written(value)}`;
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
    const said = this.terms()
      .find((term) => term.startsWith('account:'))
      ?.slice('account:'.length);
    const chosen = said?.startsWith('"') ? said.slice(1, -1).replace(/\\(["\\])/g, '$1') : said;
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
