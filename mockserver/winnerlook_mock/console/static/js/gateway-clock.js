/** The gateway's time, as far as this page knows it: that of the server, which tests move. */

import { get } from './api.js';

let ahead = 0;
let stands = null;

export const gatewayNow = () => (stands === null ? Date.now() + ahead : stands);

export function learn(clock) {
  const now = Date.parse(clock.now);
  ahead = now - Date.now();
  stands = clock.frozen ? now : null;
}

/** Something happened at this moment, so it cannot be earlier. */
export function notBefore(iso) {
  const at = Date.parse(iso);
  if (at > gatewayNow() + 1000) learn({ now: iso, frozen: stands !== null });
}

export async function refresh() {
  try {
    learn(await get('/clock'));
  } catch {
    /* asked again soon */
  }
}
