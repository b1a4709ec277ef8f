/** The journal: every exchange, refused requests included. */

import * as api from '../api.js';
import { sure } from '../dialog.js';
import { h, replace } from '../dom.js';
import { onAll } from '../events.js';
import { notBefore } from '../gateway-clock.js';
import { codeOf, duration, moment } from '../format.js';
import { removeAll, SearchBar, Selection, tally, warning } from '../list-page.js';
import { Listing } from '../listing.js';
import { attempt, codeTabs, empty, facts, heading, panel, time } from '../parts.js';
import { go, here, link } from '../router.js';
import { curl } from '../snippets.js';
import { t } from '../i18n.js';
import { firstSteps } from './first-steps.js';
import { request, warnings } from './message.js';

const FILTERS = ['is:refused', 'is:faulted', 'has:warning', 'code:ok', 'door:soap', 'door:plain', 'op:Send', 'op:Get'];
const COLUMNS = ['answer', 'operation', 'parameters', 'account', 'door', 'took', 'warnings', 'time'];
const memory = {};

export function journal() {
  const page = new Journal();
  return {
    title: t('nav.journal'),
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
    },
  };
}

class Journal {
  constructor() {
    this.selection = new Selection(() => {
      this.listing.list.redraw();
      this.tell();
    });
    this.search = new SearchBar('journal', FILTERS, (q) => {
      this.selection.clear(false);
      this.listing.load(q);
    });
    this.all = h('input', { type: 'checkbox', 'aria-label': t('list.all'), on: { change: () => this.selection.all(this.listing.items) } });
    this.bar = h('div', { class: 'tally' });
    this.always = h(
      'button',
      { type: 'button', class: 'quiet danger', on: { click: () => this.removeFitting() } },
      t('journal.delete-all'),
    );
    this.chosen = h('button', { type: 'button', class: 'danger', on: { click: () => this.remove() } }, t('delete'));
    this.listing = new Listing({
      fetchPage,
      make: (entry) => this.row(entry),
      label: t('nav.journal'),
      memory,
      head: head(this.all),
      blank: (q) => (q ? empty(t('search.nothing'), h('p', {}, t('search.nothing-hint'))) : firstSteps()),
      changed: (problem) => {
        this.search.complain(problem);
        this.tell();
      },
    });
    this.element = h('div', { class: 'page list-page' }, heading(t('nav.journal'), this.bar), this.search.element, this.listing.element);
  }

  begin() {
    this.end = onAll({
      journal: (entry) => {
        notBefore(entry.at);
        if (this.listing.q) this.listing.soon();
        else this.listing.arrive([entry]);
      },
      account: () => this.search.fillAccounts(),
      resync: () => this.listing.sync(),
    });
    return this.listing.begin(here().query.q || '');
  }

  close() {
    this.end?.();
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

  choose() {
    if (this.listing.current) this.selection.toggle(this.listing.current, this.listing.items, false);
  }

  async remove() {
    const numbers = this.selection.numbers.size ? [...this.selection.numbers] : this.listing.current ? [this.listing.cursor] : [];
    const gone = numbers.length && (await attempt(() => removeAll('journal', numbers)));
    this.selection.clear(false);
    if (gone) this.listing.drop(gone);
  }

  async removeFitting() {
    const q = this.search.q;
    const text = q ? t('messages.delete-fitting', { q }) : t('journal.delete-everything');
    if (!(await sure(t('journal.delete-all'), text, t('delete')))) return;
    await attempt(() => api.remove('/journal', { q }));
    await this.listing.load(q);
  }

  row(entry) {
    const chosen = this.selection.has(entry.number);
    const filter = (key, value) =>
      value &&
      h(
        'button',
        { type: 'button', class: 'filter', title: t('filter.by', { value }), on: { click: () => this.search.add(key, value) } },
        value,
      );
    const toggle = (event) => {
      this.listing.cursor = entry.number;
      this.selection.toggle(entry, this.listing.items, event.shiftKey);
    };
    return h(
      'div',
      { role: 'row', class: 'row journal-row', 'aria-selected': String(chosen), on: { click: (event) => rowClicked(event, entry) } },
      cell(
        'check',
        h('input', { type: 'checkbox', checked: chosen, 'aria-label': t('list.select', { number: entry.number }), on: { click: toggle } }),
      ),
      cell('answer', answerOf(entry)),
      cell('operation', filter('op', entry.operation) || h('span', { class: 'muted' }, t('journal.refused'))),
      cell(
        'parameters',
        h(
          'a',
          {
            href: link(['journal', String(entry.number)]),
            on: {
              focus: () => {
                this.listing.cursor = entry.number;
              },
            },
          },
          gist(entry),
        ),
      ),
      cell('account', filter('account', entry.account) || ''),
      cell('door', filter('door', entry.door)),
      cell('took', duration(entry.seconds)),
      cell('warnings', warning(entry.notes)),
      cell('time', time(entry.at)),
    );
  }
}

const cell = (name, ...contents) => h('div', { role: 'cell', class: `cell ${name}` }, contents);

function rowClicked(event, entry) {
  if (!event.target.closest('a, button, input') && !String(getSelection())) go(['journal', String(entry.number)]);
}

/** The answer in a word, in its colour. */
function answerOf(entry) {
  const code = codeOf(entry.answer);
  const word = entry.fault
    ? `⚡ ${entry.fault.replace(/^fault \d+: /, '')}`
    : entry.answer === null
      ? `HTTP ${entry.status}`
      : code === null
        ? 'ok'
        : String(code);
  return h(
    'span',
    {
      class: `status ${entry.fault || entry.answer === null || code !== null ? 'bad' : 'good'}`,
      title: entry.fault || entry.reason || entry.answer || '',
    },
    word,
  );
}

function gist(entry) {
  const { DesNo, Msg, ...others } = entry.parameters;
  const rest = Object.entries(others)
    .filter(([name, value]) => name !== 'userCode' && value !== null)
    .map(([name, value]) => `${name}=${value}`);
  return (
    [DesNo, Msg, ...rest, entry.reason].filter((part) => part !== null && part !== undefined && part !== '').join(' · ') ||
    entry.operation ||
    entry.peer
  );
}

function head(all) {
  return h(
    'div',
    { role: 'row', class: 'row journal-row row-head', 'aria-rowindex': '1' },
    h('div', { role: 'columnheader', class: 'cell check' }, all),
    COLUMNS.map((name) => h('div', { role: 'columnheader', class: `cell ${name}` }, t(`column.${name}`))),
  );
}

async function fetchPage({ q, before, limit }, signal) {
  const { entries: items, next } = await api.get('/journal', { q, before, limit }, signal);
  return { items, next };
}

/** One exchange. */
export function entry(place) {
  const number = place.parts[1];
  const element = h('div', { class: 'page' });
  const draw = async () => {
    const found = await api.get(api.path('journal', number)).catch((error) => {
      if (error.status === 404 || error.status === 422) return null;
      throw error;
    });
    const back = h('a', { href: link(['journal']), class: 'button' }, t('nav.journal'));
    if (!found) return replace(element, empty(t('journal.none', { number }), back));
    const account = await api
      .get(api.path('accounts', found.account ?? ''))
      .catch(() => ({ user_code: found.account ?? '', user_pass: '…' }));
    return replace(
      element,
      heading([`#${found.number} ${found.operation ?? t('journal.refused')} `, answerOf(found)], back),
      found.notes.length ? warnings(found.notes) : null,
      found.fault ? panel(t('journal.fault'), h('p', {}, found.fault)) : null,
      found.reason ? panel(t('journal.reason'), h('p', { class: 'bad' }, found.reason)) : null,
      panel(
        t('message.facts'),
        facts([
          [t('column.account'), found.account ? h('a', { href: link(['accounts', found.account]) }, found.account) : ''],
          [t('column.door'), found.door],
          [t('journal.peer'), found.peer],
          [t('column.at'), moment(found.at)],
          [
            t('nav.messages'),
            /^\d{15,}$/.test(found.answer || '')
              ? h('a', { href: link(['messages'], { q: `batch:${found.answer}` }) }, t('journal.messages'))
              : '',
          ],
        ]),
      ),
      request(found),
      found.operation ? panel(t('message.again'), codeTabs([['curl', curl(found, account)]], t('message.again'))) : null,
    );
  };
  return { title: t('journal.title', { number }), element, ready: () => attempt(draw), keys: { Escape: () => go(['journal']) } };
}
