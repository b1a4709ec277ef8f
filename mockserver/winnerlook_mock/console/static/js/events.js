/** Everything new, as the server tells it. Comes back by itself after a loss, and goes on after the last event it had. */

import { eventsAddress, get } from './api.js';

const KINDS = ['journal', 'message', 'report', 'reply', 'push', 'fault', 'account'];
const AGAIN_MS = 1500;
const listeners = new Map();
let source = null;
let last = null;
let state = 'connecting';
let lost = false;
let timer = 0;

/** Call `act(data, account)` for each event of a kind; 'state' is the connection's, 'resync' says that all that is shown is to be asked
 * for anew. What is given back ends it. */
export function on(kind, act) {
  if (!listeners.has(kind)) listeners.set(kind, new Set());
  listeners.get(kind).add(act);
  return () => listeners.get(kind).delete(act);
}

/** Several at once: {kind: act}. */
export function onAll(acts) {
  const ends = Object.entries(acts).map(([kind, act]) => on(kind, act));
  return () => ends.forEach((end) => end());
}

export const connection = () => state;

function tell(kind, ...about) {
  for (const act of [...(listeners.get(kind) || [])]) act(...about);
}

function become(next) {
  if (state === next) return;
  state = next;
  tell('state', state);
}

async function open() {
  clearTimeout(timer);
  close();
  if (last === null) {
    try {
      last = (await get('/server')).last_event;
    } catch {
      return void later();
    }
  }
  if (document.hidden || source) return undefined;
  source = new EventSource(eventsAddress(last));
  source.addEventListener('open', opened);
  source.addEventListener('error', failed);
  source.addEventListener('gap', (event) => {
    last = Number(event.lastEventId);
    tell('resync');
  });
  for (const kind of KINDS) source.addEventListener(kind, received);
  return undefined;
}

function close() {
  source?.close();
  source = null;
}

function opened() {
  become('live');
  if (lost) tell('resync'); // another server may answer by now, which counts from 1 again
  lost = false;
}

function failed() {
  lost = true;
  become('lost');
  close();
  later();
}

function later() {
  become('lost');
  lost = true;
  clearTimeout(timer);
  timer = setTimeout(restart, AGAIN_MS);
}

/** After a loss: a server that counts less than what we had is another one, so begin at its beginning. */
async function restart() {
  if (document.hidden) return;
  try {
    const counted = (await get('/server')).last_event;
    if (last === null || counted < last) last = counted;
  } catch {
    return void later();
  }
  await open();
}

function received(event) {
  last = Number(event.lastEventId);
  const said = JSON.parse(event.data);
  tell(event.type, said.data, said.account);
}

/** A page that nobody sees holds no connection; seen again, it catches up. */
function seen() {
  if (document.hidden) {
    clearTimeout(timer);
    close();
  } else if (!source) {
    open();
  }
}

export function begin() {
  document.addEventListener('visibilitychange', seen);
  addEventListener('pagehide', close);
  addEventListener('pageshow', (event) => {
    if (event.persisted) open();
  });
  open();
}
