/** The clock: stand still, go on, jump; and what will fall due. */

import * as api from '../api.js';
import { calm } from '../calm.js';
import { h, replace } from '../dom.js';
import { onAll } from '../events.js';
import { duration, moment } from '../format.js';
import { learn } from '../gateway-clock.js';
import { t } from '../i18n.js';
import { attempt, field, heading, panel, row, select, table } from '../parts.js';
import { prose } from '../prose.js';
import { note } from '../router.js';
import { inChina } from '../replies.js';

const STEPS = [
  ['1 s', { seconds: 1 }],
  ['5 s', { seconds: 5 }],
  ['1 min', { minutes: 1 }],
  ['10 min', { minutes: 10 }],
  ['1 h', { hours: 1 }],
  ['1 d', { days: 1 }],
  ['73 h', { hours: 73 }],
];
const SHOWN = 200;

export function clock(place) {
  let account = place.query.account || undefined;
  let known = null;
  let heard = 0;
  const face = h('p', { class: 'face', role: 'timer' });
  const state = h('span', { class: 'status' });
  const hold = h('button', { type: 'button', on: { click: () => move(known?.frozen ? 'resume' : 'freeze') } });
  const due = h('div', {});
  const happened = h('div', { 'aria-live': 'polite' });
  const whose = h('div', {});

  const draw = () => attempt(async () => shown(await api.get('/clock', { account })));
  const soon = calm(draw, 150);
  const now = () => Date.parse(known.now) + (known.frozen ? 0 : Date.now() - heard);

  function shown(view) {
    known = view;
    heard = Date.now();
    if (!account) learn(view);
    state.textContent = t(view.frozen ? 'clock.frozen' : 'clock.running');
    state.className = `status ${view.frozen ? 'bad' : 'good'}`;
    hold.textContent = t(view.frozen ? 'clock.resume' : 'clock.freeze');
    tick();
    replace(due, pending(view));
  }

  function tick() {
    if (known) face.textContent = inChina(now()).slice(0, 19).replace('T', ' ');
  }

  async function move(verb, body = {}) {
    const answer = await attempt(() => api.post(`/clock/${verb}`, body, { account }));
    if (!answer) return;
    if (answer.happened) replace(happened, panel(t('clock.happened'), events(answer.happened)));
    shown(answer.clock ?? answer);
  }

  const seconds = h('input', { type: 'number', min: '0', step: 'any', value: '30', 'aria-label': t('clock.seconds') });
  const jump = h(
    'form',
    {
      class: 'inline',
      on: {
        submit: (event) => {
          event.preventDefault();
          move('advance', { seconds: Number(seconds.value) });
        },
      },
    },
    seconds,
    h('button', {}, t('clock.advance')),
  );
  const steps = STEPS.map(([label, body]) => h('button', { type: 'button', on: { click: () => move('advance', body) } }, `+${label}`));
  const element = h(
    'div',
    { class: 'page' },
    heading(t('nav.clock'), whose),
    h(
      'section',
      { class: 'panel', 'aria-label': t('nav.clock') },
      h('div', { class: 'clock' }, face, state),
      h(
        'div',
        { class: 'buttons' },
        hold,
        steps,
        h('button', { type: 'button', title: t('clock.settle-hint'), on: { click: () => move('settle') } }, t('clock.settle')),
      ),
      jump,
      h('p', { class: 'muted' }, t('clock.hint')),
    ),
    happened,
    panel(t('clock.due'), due),
  );

  const ready = async () => {
    draw();
    const { accounts } = await api.get('/accounts').catch(() => ({ accounts: [] }));
    const choice = select([['', t('clock.server')], ...accounts.map((one) => one.user_code)], account ?? '', {
      on: {
        change: () => {
          account = choice.value || undefined;
          note(['clock'], { account });
          replace(happened);
          draw();
        },
      },
    });
    replace(whose, field(t('clock.of'), choice));
  };
  const end = onAll({ message: soon, report: soon, reply: soon, push: soon, resync: soon });
  const timer = setInterval(tick, 250);
  const asking = setInterval(draw, 5000);
  return {
    title: t('nav.clock'),
    element,
    ready,
    close: () => {
      [timer, asking].forEach(clearInterval);
      soon.end();
      end();
    },
  };

  function pending(view) {
    if (!view.pending.length) return h('p', { class: 'muted' }, t('clock.nothing-due'));
    const sorted = [...view.pending].sort((one, other) => one.at.localeCompare(other.at));
    return [
      table(
        t('clock.due'),
        [t('clock.in'), t('clock.what'), t('column.at')],
        sorted
          .slice(0, SHOWN)
          .map((one) => row(duration(Math.max(0, Math.round((Date.parse(one.at) - now()) / 1000))), prose(one.what), moment(one.at))),
      ),
      sorted.length > SHOWN && h('p', { class: 'muted' }, t('clock.more', { count: sorted.length - SHOWN })),
    ];
  }
}

function events(happened) {
  if (!happened.length) return h('p', { class: 'muted' }, t('clock.nothing'));
  const about = (one) =>
    one.subject.phone ? `${one.subject.phone} ${one.subject.status ?? one.subject.text}` : `#${one.subject.number} ${one.subject.state}`;
  return table(
    t('clock.happened'),
    [t('clock.what'), t('column.text'), t('column.account'), t('column.at')],
    happened.slice(-SHOWN).map((one) => row(t(`happened.${one.kind}`), about(one), one.account, moment(one.at))),
  );
}
