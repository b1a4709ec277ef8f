/** Questions in the browser's own modal dialog, which keeps the focus and gives it back. */

import { h } from './dom.js';
import { t } from './i18n.js';

/** Show a dialog; resolves with what it was closed with. `build(close)` makes its contents. */
export function open(title, build, { wide = false } = {}) {
  return new Promise((done) => {
    const close = (value) => {
      dialog.returnValue = value ?? '';
      dialog.close(value ?? '');
    };
    const dialog = h(
      'dialog',
      { class: wide ? 'dialog wide' : 'dialog', 'aria-labelledby': 'dialog-title' },
      h('h2', { id: 'dialog-title' }, title),
      build(close),
    );
    dialog.addEventListener('close', () => {
      dialog.remove();
      done(dialog.returnValue);
    });
    dialog.addEventListener('click', (event) => {
      if (event.target === dialog) close('');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Whether one is sure. */
export async function sure(title, text, yes) {
  const answer = await open(title, (close) => [
    h('p', {}, text),
    h(
      'div',
      { class: 'actions' },
      h('button', { type: 'button', on: { click: () => close('') } }, t('cancel')),
      h('button', { type: 'button', class: 'danger', autofocus: true, on: { click: () => close('yes') } }, yes),
    ),
  ]);
  return answer === 'yes';
}
