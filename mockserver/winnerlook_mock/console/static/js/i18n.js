/** Words in the language of the browser, or the one that was chosen. */

import en from './lang/en.js';
import enSettings from './lang/en-settings.js';
import enViews from './lang/en-views.js';
import zh from './lang/zh.js';
import zhSettings from './lang/zh-settings.js';
import zhViews from './lang/zh-views.js';
import { remember, remembered } from './prefs.js';

const WORDS = { en: { ...en, ...enViews, ...enSettings }, zh: { ...zh, ...zhViews, ...zhSettings } };
const browsers = () => (/^zh\b/i.test(navigator.language || '') ? 'zh' : 'en');
let chosen = remembered('language', '');

export const language = () => (chosen in WORDS ? chosen : browsers());

/** The words for a key; {name} is put in from `values`. Where there are two, the first are for a `count` of one. A key without words stands
 * for itself. */
export function t(key, values = {}) {
  const [one, many = one] = (WORDS[language()][key] ?? WORDS.en[key] ?? key).split(' || ');
  const words = String(values.count) === '1' ? one : many;
  return words.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Whether there are words for a key. */
export const has = (key) => key in WORDS[language()];

export function choose(name) {
  chosen = name;
  remember('language', name);
  document.documentElement.lang = language() === 'zh' ? 'zh-CN' : 'en';
  dispatchEvent(new CustomEvent('language'));
}

export function begin() {
  document.documentElement.lang = language() === 'zh' ? 'zh-CN' : 'en';
}
