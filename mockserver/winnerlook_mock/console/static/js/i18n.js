/** Words in the language of the browser, or the one that was chosen. */

import en from './lang/en.js';
import zh from './lang/zh.js';
import zhSettings from './lang/zh-settings.js';
import { remember, remembered } from './prefs.js';

const WORDS = { en, zh: { ...zh, ...zhSettings } };
const browsers = () => (/^zh\b/i.test(navigator.language || '') ? 'zh' : 'en');
let chosen = remembered('language', '');

export const language = () => (chosen in WORDS ? chosen : browsers());

/** The words for a key; {name} is put in from `values`. A key without words stands for itself. */
export function t(key, values = {}) {
  const words = WORDS[language()][key] ?? WORDS.en[key] ?? key;
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
