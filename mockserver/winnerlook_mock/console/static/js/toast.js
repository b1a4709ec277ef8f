/** Short news at the edge, and words for screen readers only. */

import { h } from './dom.js';

const SHOWN_MS = { good: 3500, bad: 9000 };

export function toast(text, tone = 'good') {
  const one = h('div', { class: `toast ${tone}` }, text);
  document.getElementById('toasts').append(one);
  one.addEventListener('click', () => one.remove());
  setTimeout(() => one.remove(), SHOWN_MS[tone]);
}

export function say(text) {
  document.getElementById('said').textContent = text;
}
