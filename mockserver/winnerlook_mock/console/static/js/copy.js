/** To the clipboard; on plain HTTP beyond localhost browsers have the old way only. */

import { h } from './dom.js';
import { t } from './i18n.js';
import { toast } from './toast.js';

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    byHand(text);
  }
  toast(t('copied'));
}

function byHand(text) {
  const area = h('textarea', { class: 'unseen', value: text, 'aria-hidden': 'true' });
  (document.querySelector('dialog[open]') || document.body).append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
