/** Messages: a dense live list of the SMS that were accepted. */

import * as api from '../api.js';
import { sure } from '../dialog.js';
import { h, replace } from '../dom.js';
import { onAll } from '../events.js';
import { notBefore } from '../gateway-clock.js';
import { removeAll, SearchBar, Selection, tally, warning } from '../list-page.js';
import { Listing } from '../listing.js';
import { attempt, heading, status, time } from '../parts.js';
import { go, here, link } from '../router.js';
import { learnNotes, notesOf, watchNotes } from '../store.js';
import { t } from '../i18n.js';
import { firstSteps } from './first-steps.js';

const FILTERS = ['is:delivered', 'is:undelivered', 'door:soap', 'door:plain', 'op:Batch', 'op:Individual', 'op:Encrypt'];
const COLUMNS = ['status', 'number', 'text', 'account', 'operation', 'door', 'segments', 'warnings', 'time'];
const memory = {};

export function messages() {
  const page = new Messages();
  return {
    title: t('nav.messages'),
    element: page.element,
    ready: () => page.begin(),
    close: () => page.close(),
    keys: {
      j: () => page.listing.step(1),
      k: () => page.listing.step(-1),
      ArrowDown: () => page.listing.step(1),
      ArrowUp: () => page.listing.step(-1),
      x: () => page.choose(),
      Delete: () => page.remove(),
      Escape: () => page.selection.clear(),
      Enter: () => page.open(),
    },
  };
}

class Messages {
  constructor() {
    this.byPhone = new Map();
    this.selection = new Selection(() => {
      this.listing.list.redraw();
      this.tell();
    });
    this.search = new SearchBar('messages', FILTERS, (q) => {
      this.selection.clear(false);
      this.listing.load(q);
    });
    this.all = h('input', { type: 'checkbox', 'aria-label': t('list.all'), on: { change: () => this.selection.all(this.listing.items) } });
    this.bar = h('div', { class: 'tally' });
    this.listing = new Listing({
      fetchPage,
      make: (message) => this.row(message),
      label: t('nav.messages'),
      memory,
      blank: (q) => blank(q),
      head: head(this.all),
      changed: (problem) => {
        this.search.complain(problem);
        this.tell();
      },
    });
    this.always = h(
      'button',
      { type: 'button', class: 'quiet danger', on: { click: () => this.removeFitting() } },
      t('messages.delete-all'),
    );
    this.chosen = h('button', { type: 'button', class: 'danger', on: { click: () => this.remove() } }, t('delete'));
    this.element = h('div', { class: 'page list-page' }, heading(t('nav.messages'), this.bar), this.search.element, this.listing.element);
  }

  async begin() {
    this.ends = [
      onAll({
        message: (message) => this.arrived(message),
        report: (report) => this.reported(report),
        account: () => this.search.fillAccounts(),
        resync: () => this.listing.sync(),
      }),
      watchNotes((batch) =>
        this.listing.items
          .slice(0, 200)
          .filter((one) => one.batch_number === batch)
          .forEach((one) => this.listing.change(one)),
      ),
    ];
    await this.listing.begin(here().query.q || '');
    await learnNotes();
    this.listing.list.redraw();
  }

  close() {
    this.ends?.forEach((end) => end());
    this.listing.close();
  }

  tell() {
    const { selection, listing } = this;
    if (!listing) return;
    this.all.checked = listing.items.length > 0 && selection.numbers.size >= listing.items.length;
    this.all.indeterminate = !this.all.checked && selection.numbers.size > 0;
    this.always.hidden = !listing.items.length;
    replace(this.bar, tally(listing, selection, this));
  }

  arrived(message) {
    notBefore(message.accepted_at);
    if (this.listing.q) this.listing.soon();
    else this.listing.arrive([message]);
  }

  reported(report) {
    const same = (one) => one.batch_number === report.batch_number && one.phone === report.phone;
    const message = this.listing.items.find(same) || this.listing.held.find(same);
    if (message) {
      message.status = report.status;
      this.listing.change(message);
    }
    if (this.listing.q) this.listing.soon();
  }

  choose() {
    if (this.listing.current) this.selection.toggle(this.listing.current, this.listing.items, false);
  }

  open() {
    if (this.listing.current) go(['messages', String(this.listing.current.number)]);
  }

  async remove() {
    const numbers = this.selection.numbers.size ? [...this.selection.numbers] : this.listing.current ? [this.listing.cursor] : [];
    if (!numbers.length) return;
    const gone = await attempt(() => removeAll('messages', numbers));
    this.selection.clear(false);
    if (gone) this.listing.drop(gone);
    this.listing.soon();
  }

  async removeFitting() {
    const q = this.search.q;
    const text = q ? t('messages.delete-fitting', { q }) : t('messages.delete-everything');
    if (!(await sure(t('messages.delete-all'), text, t('delete')))) return;
    await attempt(() => api.remove('/messages', { q }));
    await this.listing.load(q);
  }

  row(message) {
    const chosen = this.selection.has(message.number);
    const filter = (key, value, words = value) =>
      h(
        'button',
        {
          type: 'button',
          class: 'filter',
          title: t('filter.by', { value }),
          on: { click: () => this.search.add(key, value) },
        },
        words,
      );
    const toggle = (event) => {
      this.listing.cursor = message.number;
      this.selection.toggle(message, this.listing.items, event.shiftKey);
    };
    return h(
      'div',
      { role: 'row', class: 'row message-row', 'aria-selected': String(chosen), on: { click: (event) => rowClicked(event, message) } },
      cell(
        'check',
        h('input', { type: 'checkbox', checked: chosen, 'aria-label': t('list.select', { number: message.phone }), on: { click: toggle } }),
      ),
      cell('status', status(message.status)),
      cell('number', message.phone),
      cell(
        'text',
        h(
          'a',
          {
            href: link(['messages', String(message.number)]),
            title: message.text,
            on: {
              focus: () => {
                this.listing.cursor = message.number;
              },
            },
          },
          message.text,
        ),
      ),
      cell('account', filter('account', message.account)),
      cell('operation', filter('op', message.operation)),
      cell('door', filter('door', message.door)),
      cell('segments', String(message.segments)),
      cell('warnings', warning(notesOf(message.batch_number))),
      cell('time', time(message.accepted_at)),
    );
  }
}

const cell = (name, ...contents) => h('div', { role: 'cell', class: `cell ${name}` }, contents);

function rowClicked(event, message) {
  if (event.target.closest('a, button, input') || String(getSelection())) return;
  go(['messages', String(message.number)]);
}

function head(all) {
  const columns = COLUMNS.map((name) => h('div', { role: 'columnheader', class: `cell ${name}` }, t(`column.${name}`)));
  return h(
    'div',
    { role: 'row', class: 'row message-row row-head', 'aria-rowindex': '1' },
    h('div', { role: 'columnheader', class: 'cell check' }, all),
    columns,
  );
}

async function fetchPage({ q, before, limit }, signal) {
  const { messages: items, next } = await api.get('/messages', { q, before, limit }, signal);
  return { items, next };
}

const blank = (q) =>
  q ? h('div', { class: 'empty' }, h('h2', {}, t('search.nothing')), h('p', {}, t('search.nothing-hint'))) : firstSteps();
