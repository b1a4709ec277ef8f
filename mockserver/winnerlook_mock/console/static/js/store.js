/** What several views want to know: the warnings of calls, by the batch number that they were answered with. */

import * as api from './api.js';
import { on } from './events.js';

const KEPT = 20_000;
const notes = new Map();
const watchers = new Set();
let asked = null;

function learn(entry) {
  if (entry.notes.length && /^\d{15,}$/.test(entry.answer || '')) notes.set(entry.answer, entry.notes);
  if (notes.size > KEPT) notes.delete(notes.keys().next().value);
}

export const notesOf = (batch) => notes.get(batch);

/** Ask once for the warnings that there are; later ones come as events. */
export async function learnNotes() {
  asked ??= api
    .get('/journal', { q: 'has:warning code:ok', limit: 1000 })
    .then(({ entries }) => entries.forEach(learn))
    .catch(() => {
      asked = null;
    });
  await asked;
}

/** Be told of each call that was answered with warnings. */
export function watchNotes(act) {
  watchers.add(act);
  return () => watchers.delete(act);
}

export function begin() {
  on('journal', (entry) => {
    learn(entry);
    if (notes.has(entry.answer)) watchers.forEach((act) => act(entry.answer));
  });
  on('resync', () => {
    asked = null;
    learnNotes();
  });
}
