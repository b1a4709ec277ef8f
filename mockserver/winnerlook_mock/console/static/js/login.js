/** Asks for the mock's token when the API wants one, and keeps asking until it is the right one. */

import { h, replace } from './dom.js';
import { t } from './i18n.js';

let asking = null;

/** Resolves when one is logged in; however many wait, one form is shown. */
export function askForToken() {
  asking ??= new Promise((done) => show(done)).finally(() => {
    asking = null;
  });
  return asking;
}

async function logIn(token) {
  const answer = await fetch('/_mock/login', { method: 'POST', body: new URLSearchParams({ token }), redirect: 'manual' });
  return answer.type === 'opaqueredirect' || answer.ok;
}

function show(done) {
  const token = h('input', { type: 'password', id: 'token', autocomplete: 'current-password', required: true });
  const wrong = h('p', { class: 'bad', role: 'alert' });
  const submit = async (event) => {
    event.preventDefault();
    if (!(await logIn(token.value))) return void replace(wrong, t('login.wrong'));
    dialog.close();
    dialog.remove();
    return done();
  };
  const dialog = h(
    'dialog',
    { class: 'dialog', 'aria-labelledby': 'login-title', on: { cancel: (event) => event.preventDefault() } },
    h(
      'form',
      { on: { submit } },
      h('h2', { id: 'login-title' }, t('login.title')),
      h('p', { class: 'muted' }, t('login.hint')),
      h('label', { class: 'field' }, h('span', {}, t('login.token')), token),
      wrong,
      h('div', { class: 'actions' }, h('button', { class: 'primary' }, t('login.submit'))),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
}
