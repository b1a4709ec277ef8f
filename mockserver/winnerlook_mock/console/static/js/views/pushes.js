/** Pushes: the ledgers of all accounts. */

import * as api from '../api.js';
import { h } from '../dom.js';
import { instant } from '../format.js';
import { FilterBar } from '../filter-bar.js';
import { t } from '../i18n.js';
import { each, ListPage } from '../list-page.js';
import { attempt, codeBlock, empty, time } from '../parts.js';
import { link } from '../router.js';
import { toast } from '../toast.js';
import { answerOf, kindOf, push, stateOf } from './push.js';

const COLUMNS = ['state', 'kind', 'url', 'push-number', 'account', 'attempts', 'answer', 'time'];
const STATES = ['waiting', 'delivered', 'given-up'];
const memory = {};

export const pushes = (place) => (place.parts[2] ? push(place) : new Pushes('pushes', COLUMNS, memory).view);

class Pushes extends ListPage {
  makeSearch(search) {
    return new FilterBar('pushes', { state: STATES.map((one) => [one, t(`state.${one}`)]) }, search);
  }

  key(item) {
    return `${item.number} ${item.account}`;
  }

  /** By moment, then by number: on a clock that stands still many are of one moment. */
  order(one, other) {
    return compared(other.created_at, one.created_at) || other.number - one.number || compared(other.account, one.account);
  }

  cursorOf(item) {
    return { before: item.number, before_account: item.account };
  }

  placeOf(item) {
    return ['pushes', item.account, String(item.number)];
  }

  hears() {
    return { push: (item) => this.heard(item) };
  }

  /** A push is told of when it is made and whenever something becomes of it. */
  heard(item) {
    const { listing } = this;
    const key = this.key(item);
    const at = listing.items.findIndex((one) => this.key(one) === key);
    if (listing.q) return listing.soon();
    if (at < 0) return listing.arrive([item]);
    listing.items[at] = item;
    return listing.list.update(item);
  }

  async fetchPage({ q, before, limit }, signal) {
    const wanted = Object.fromEntries(new URLSearchParams(q));
    const place = wanted.account ? { before: before?.before } : before;
    const found = await api.get('/pushes', { ...wanted, ...place, limit }, signal);
    return { items: found.pushes, next: found.next === null ? null : { before: found.next, before_account: found.next_account } };
  }

  chosen() {
    return h('button', { type: 'button', on: { click: () => this.redeliver() } }, t('pushes.redeliver'));
  }

  act() {}

  async redeliver() {
    const meant = this.meant();
    const again = (item) => api.post(api.path('pushes', item.account, String(item.number), 'redeliver'));
    if (await attempt(() => each(meant, again))) toast(t('pushes.redelivered-many', { count: meant.length }));
    this.selection.clear();
  }

  cells(item) {
    return {
      state: stateOf(item.state),
      kind: kindOf(item),
      url: this.opening(item, item.url),
      'push-number': `#${item.number}`,
      account: this.filter('account', item.account),
      attempts: t('pushes.attempts', { count: item.attempts.length }),
      answer: answerOf(item.attempts.at(-1)),
      time: h('span', { title: instant(item.created_at) }, time(item.created_at)),
    };
  }

  blank(q) {
    if (q) return super.blank(q);
    return empty(
      t('pushes.none'),
      h('p', {}, t('pushes.none-hint')),
      h('p', {}, h('a', { class: 'button', href: link(['accounts']) }, t('nav.accounts'))),
      codeBlock('winnerlook-mock serve --report-url http://127.0.0.1:8119/push --reply-url http://127.0.0.1:8119/push', {
        label: t('first.command'),
      }),
    );
  }
}

const compared = (one, other) => (one < other ? -1 : Number(one > other));
