/** Where the page begins. */

import * as events from './events.js';
import { refresh } from './gateway-clock.js';
import * as i18n from './i18n.js';
import * as keys from './keys.js';
import { tickTimes } from './parts.js';
import * as router from './router.js';
import * as shell from './shell.js';
import * as store from './store.js';
import * as theme from './theme.js';
import { accounts } from './views/accounts.js';
import { charts } from './views/charts.js';
import { clock } from './views/clock.js';
import { codes } from './views/codes.js';
import { faults } from './views/faults.js';
import { handset } from './views/handset.js';
import { journal } from './views/journal.js';
import { message } from './views/message.js';
import { messages } from './views/messages.js';
import { pushes } from './views/pushes.js';

const TICK_MS = 5000;
const CLOCK_MS = 15_000;

const VIEWS = {
  messages: (place) => (place.parts[1] ? message(place) : messages(place)),
  journal,
  handset,
  accounts,
  faults,
  clock,
  pushes,
  codes,
  charts,
};

theme.apply();
i18n.begin();
store.begin();
shell.begin(router.here());
refresh().then(tickTimes);
router.begin(VIEWS, document.getElementById('main'), shell.mark);
keys.begin();
events.begin();
events.on('resync', refresh);
addEventListener('language', () => {
  shell.draw(router.here());
  router.render();
});
document.getElementById('skip').addEventListener('click', (event) => {
  event.preventDefault();
  document.getElementById('main').focus();
});
setInterval(tickTimes, TICK_MS);
setInterval(() => {
  if (!document.hidden) refresh().then(tickTimes);
}, CLOCK_MS);
