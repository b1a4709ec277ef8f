/** Light or dark: as the system has it, or as one chose. */

import { remember, remembered } from './prefs.js';

const ORDER = ['auto', 'light', 'dark'];
let theme = remembered('theme', 'auto');

export const current = () => (ORDER.includes(theme) ? theme : 'auto');

export function apply() {
  document.documentElement.dataset.theme = current();
}

/** The next of the three. */
export function turn() {
  theme = ORDER[(ORDER.indexOf(current()) + 1) % ORDER.length];
  remember('theme', theme);
  apply();
  return theme;
}
