/** A search made of choices: an account and what else there is to choose, kept in the address. */

import * as api from './api.js';
import { h, replace } from './dom.js';
import { t } from './i18n.js';
import { select } from './parts.js';
import { here, note } from './router.js';

export class FilterBar {
  /** `choices` is {name: [[value, words], …]}; `search(q)` is called with what is wanted, written as the query of an address. */
  constructor(name, choices, search) {
    this.name = name;
    this.search = search;
    const { query } = here();
    this.accounts = h('select', { 'aria-label': t('account'), on: { change: () => this.now() } });
    this.selects = Object.entries(choices).map(([key, options]) => [
      key,
      select([['', t(`${name}.any-${key}`)], ...options], query[key] ?? '', {
        'aria-label': t(`column.${key}`),
        on: { change: () => this.now() },
      }),
    ]);
    this.element = h(
      'div',
      { class: 'search' },
      h(
        'div',
        { class: 'search-line choices' },
        this.accounts,
        this.selects.map(([, one]) => one),
      ),
    );
    this.chosen = query.account ?? '';
    this.fill([]);
    this.fillAccounts();
  }

  get wanted() {
    const all = [['account', this.accounts], ...this.selects].map(([key, one]) => [key, one.value]);
    return Object.fromEntries(all.filter(([, value]) => value));
  }

  get q() {
    return new URLSearchParams(this.wanted).toString();
  }

  now() {
    this.chosen = this.accounts.value;
    note([this.name], this.wanted);
    this.search(this.q);
  }

  add(key, value) {
    const found = key === 'account' ? this.accounts : this.selects.find(([name]) => name === key)[1];
    found.value = found.value === value ? '' : value;
    this.now();
  }

  fill(accounts) {
    const names = [...new Set([...accounts, ...(this.chosen ? [this.chosen] : [])])];
    replace(
      this.accounts,
      h('option', { value: '' }, t('accounts.all')),
      names.map((name) => h('option', { value: name }, name)),
    );
    this.accounts.value = this.chosen;
  }

  async fillAccounts() {
    const { accounts } = await api.get('/accounts').catch(() => ({ accounts: [] }));
    this.fill(accounts.map((one) => one.user_code));
  }

  complain() {}

  close() {}
}
