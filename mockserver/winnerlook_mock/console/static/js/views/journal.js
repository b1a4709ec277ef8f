/** The journal: every exchange, refused requests included. */

import * as api from '../api.js';
import { h } from '../dom.js';
import { duration } from '../format.js';
import { notBefore } from '../gateway-clock.js';
import { t } from '../i18n.js';
import { ForgettingPage, warning } from '../list-page.js';
import { time } from '../parts.js';
import { prose } from '../prose.js';
import { answerOf, entry } from './entry.js';

const COLUMNS = ['answer', 'operation', 'parameters', 'account', 'door', 'took', 'warnings', 'time'];
const memory = {};

export const journal = (place) => (place.parts[1] ? entry(place) : new Journal('journal', COLUMNS, memory).view);

class Journal extends ForgettingPage {
  get filters() {
    return ['is:refused', 'is:faulted', 'has:warning', 'code:ok', 'door:soap', 'door:plain', 'op:Send', 'op:Get'];
  }

  hears() {
    return {
      journal: (one) => {
        notBefore(one.at);
        this.arrived(light(one));
      },
    };
  }

  async fetchPage({ q, before, limit }, signal) {
    const { entries, next } = await api.get('/journal', { q, before, limit }, signal);
    return { items: entries.map(light), next };
  }

  cells(one) {
    return {
      answer: answerOf(one),
      operation: this.filter('op', one.operation) || h('span', { class: 'muted' }, t('journal.refused')),
      parameters: this.opening(one, gist(one)),
      account: this.filter('account', one.account),
      door: this.filter('door', one.door),
      took: duration(one.seconds),
      warnings: warning(one.notes),
      time: time(one.at),
    };
  }
}

const GIST = 300;

/** What a row needs of an entry: bodies of thousands of requests are not kept. */
function light(one) {
  const { raw: _raw, parameters, ...rest } = one;
  const kept = Object.entries(parameters).map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, GIST) : value]);
  return { ...rest, parameters: Object.fromEntries(kept) };
}

function gist(one) {
  const { DesNo, Msg, ...others } = one.parameters;
  const rest = Object.entries(others)
    .filter(([name, value]) => name !== 'userCode' && value !== null)
    .map(([name, value]) => `${name}=${value}`);
  const said = [DesNo, Msg, ...rest, prose(one.reason)].filter((part) => part !== null && part !== undefined && part !== '');
  return said.join(' · ').slice(0, GIST) || one.operation || one.peer;
}
