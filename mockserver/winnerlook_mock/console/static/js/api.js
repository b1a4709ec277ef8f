/** The control API, the only thing that this page talks to. */

import { askForToken } from './login.js';

const ROOT = '/_mock/api/v1';

/** What the API answers when it cannot: its problem document. */
export class Problem extends Error {
  constructor(status, document) {
    super(document.detail || document.title || `HTTP ${status}`);
    this.status = status;
    this.pointer = document.pointer ?? null;
    this.parameter = document.parameter ?? null;
  }
}

export const path = (...parts) => '/' + parts.map(encodeURIComponent).join('/');

function address(where, query) {
  const given = Object.entries(query || {}).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const written = new URLSearchParams(given).toString();
  return ROOT + where + (written ? `?${written}` : '');
}

async function ask(method, where, { query, body, signal } = {}) {
  const sent = { method, signal, headers: { accept: 'application/json' }, credentials: 'same-origin' };
  if (method !== 'GET') {
    sent.headers['content-type'] = 'application/json';
    if (body !== undefined) sent.body = JSON.stringify(body);
  }
  const answer = await fetch(address(where, query), sent);
  if (answer.status === 401) {
    await askForToken();
    return ask(method, where, { query, body, signal });
  }
  const text = await answer.text();
  if (answer.ok) return text ? JSON.parse(text) : null;
  throw new Problem(answer.status, read(text));
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { detail: text.slice(0, 300) };
  }
}

export const get = (where, query, signal) => ask('GET', where, { query, signal });
export const post = (where, body = {}, query) => ask('POST', where, { body, query });
export const patch = (where, body) => ask('PATCH', where, { body });
export const remove = (where, query) => ask('DELETE', where, { query });
export const eventsAddress = (since) => address('/events', { since });
