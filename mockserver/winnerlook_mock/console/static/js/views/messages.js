/** Messages: a dense live list of the SMS that were accepted. */

import * as api from '../api.js';
import { notBefore } from '../gateway-clock.js';
import { ForgettingPage, warning } from '../list-page.js';
import { status, time } from '../parts.js';
import { learnNotes, notesOf, watchNotes } from '../store.js';

const COLUMNS = ['status', 'number', 'text', 'account', 'operation', 'door', 'segments', 'warnings', 'time'];
const memory = {};

export const messages = () => new Messages('messages', COLUMNS, memory).view;

class Messages extends ForgettingPage {
  get filters() {
    return ['is:delivered', 'is:undelivered', 'door:soap', 'door:plain', 'op:Batch', 'op:Individual', 'op:Encrypt'];
  }

  async begin() {
    this.reports = new Map();
    await super.begin();
    this.ends.push(watchNotes((batch) => this.listing.list.redraw((one) => one.batch_number === batch)));
    await learnNotes();
    this.listing.list.redraw();
  }

  close() {
    cancelAnimationFrame(this.telling);
    super.close();
  }

  hears() {
    return { message: (message) => this.came(message), report: (report) => this.reported(report) };
  }

  came(message) {
    notBefore(message.accepted_at);
    this.arrived(message);
  }

  /** Reports of one frame are told together: there may be thousands. */
  reported(report) {
    if (this.listing.q) this.listing.soon();
    this.reports.set(call(report), report.status);
    this.telling ??= requestAnimationFrame(() => {
      this.telling = null;
      const told = this.reports;
      this.reports = new Map();
      for (const one of [...this.listing.items, ...this.listing.held, ...this.listing.incoming]) {
        one.status = told.get(call(one)) ?? one.status;
      }
      this.listing.list.redraw((one) => told.has(call(one)));
    });
  }

  async fetchPage({ q, before, limit }, signal) {
    const { messages: items, next } = await api.get('/messages', { q, before, limit }, signal);
    return { items, next };
  }

  cells(message) {
    return {
      status: status(message.status),
      number: message.phone,
      text: this.opening(message, message.text),
      account: this.filter('account', message.account),
      operation: this.filter('op', message.operation),
      door: this.filter('door', message.door),
      segments: String(message.segments),
      warnings: warning(notesOf(message.batch_number)),
      time: time(message.accepted_at),
    };
  }
}

/** What a report says of whose message it is. */
const call = (one) => `${one.batch_number} ${one.phone}`;
