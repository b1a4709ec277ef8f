/** Faults: what is in force and for how long, and a form for more. */

import * as api from '../api.js';
import { calm } from '../calm.js';
import { h, replace } from '../dom.js';
import { onAll } from '../events.js';
import { countdown } from '../format.js';
import { language, t } from '../i18n.js';
import { attempt, field, heading, panel, row, select, table } from '../parts.js';
import { link } from '../router.js';
import { toast } from '../toast.js';

export const OPERATIONS = [
  'GetBalanceConnect',
  'SendMsg',
  'GetMoConnect',
  'GetMo2Connect',
  'GetReportConnect',
  'GetReport2Connect',
  'SendBatchMsg',
  'sendMsgByEncrypt',
  'GetReport2ByEncrypt',
  'GetMo2ByEncrypt',
  'sendMsgExt',
  'SendIndividualMsg',
];
const DOORS = ['soap11', 'soap12', 'post', 'get', 'soap', 'plain'];
const STAGES = ['after-accepting', 'after-reading', 'before-reading'];
const text = (props = {}) => ({ make: () => h('input', { ...props }), read: (value) => value });
const number = (props = {}) => ({ make: () => h('input', { type: 'number', step: 'any', ...props }), read: Number });
const yes = () => ({
  make: () =>
    select(
      [
        ['', t('default')],
        ['true', t('yes')],
        ['false', t('no')],
      ],
      '',
    ),
  read: (value) => value === 'true',
});

/** What each kind can be told, and how it is asked for. */
const PARTS = {
  code: () => number({ max: '-1', step: '1', required: true, value: '-7', list: 'failure-codes' }),
  result: () => text({ required: true }),
  status: () => number({ min: '200', max: '599', step: '1', placeholder: '503' }),
  body: () => text(),
  media_type: () => text({ placeholder: 'text/html; charset=utf-8' }),
  reason: () => text(),
  delay: () => text({ placeholder: '2 · uniform:1,3 · lognormal:3,0.5' }),
  fraction: () => number({ min: '0', max: '0.99', placeholder: '0.5' }),
  stage: () => ({ make: () => select(STAGES, STAGES[0]), read: (value) => value }),
  done: yes,
};
const KINDS = {
  code: ['code'],
  result: ['result'],
  'soap-fault': ['reason', 'done'],
  status: ['status', 'body', 'media_type', 'done'],
  delay: ['delay', 'done'],
  hang: ['done'],
  reset: ['stage'],
  close: ['done'],
  cut: ['fraction', 'done'],
  malformed: ['done'],
  'content-type': ['media_type', 'done'],
  trickle: ['delay', 'done'],
  garbage: ['done'],
  'other-operation': ['done'],
};
const SCOPE = {
  operation: () => ({ make: () => select([['', t('any')], ...OPERATIONS], ''), read: (value) => value }),
  door: () => ({ make: () => select([['', t('any')], ...DOORS], ''), read: (value) => value }),
  to: () => text({ inputmode: 'tel', placeholder: '139' }),
  times: () => number({ min: '1', step: '1', value: '1' }),
  every: () => number({ min: '1', step: '1', placeholder: '1' }),
  probability: () => number({ min: '0', max: '1', placeholder: '1' }),
  lasts: () => number({ min: '0.001', max: '86400', placeholder: '600' }),
};

export function faults(place) {
  const armed = h('div', { id: 'armed' });
  const element = h('div', { class: 'page' }, heading(t('nav.faults')));
  const draw = () => attempt(async () => replace(armed, listed((await api.get('/faults')).faults, draw)));
  const form = h('div', {});
  const soon = calm(draw, 100);
  const end = onAll({
    fault: soon,
    resync: soon,
    journal: (entry) => {
      if (entry.fault) soon();
    },
  });
  const timer = setInterval(() => tick(armed, draw), 1000);
  element.append(panel(t('faults.armed'), armed), form);
  const ready = async () => {
    draw();
    const { accounts } = await api.get('/accounts').catch(() => ({ accounts: [] }));
    const { codes } = await api.get('/codes').catch(() => ({ codes: [] }));
    replace(
      form,
      panel(
        t('faults.new'),
        arming(
          accounts.map((one) => one.user_code),
          place.query,
          draw,
        ),
        known(codes),
      ),
    );
  };
  return {
    title: t('nav.faults'),
    element,
    ready,
    close: () => {
      clearInterval(timer);
      soon.end();
      end();
    },
  };
}

function listed(all, again) {
  if (!all.length) return h('p', { class: 'muted' }, t('faults.none'));
  const disarm = (one) =>
    attempt(async () => {
      await api.remove(api.path('faults', one.number)).catch((error) => {
        if (error.status !== 404) throw error;
      });
      toast(t('faults.disarmed'));
      await again();
    });
  const rows = all.map((one) =>
    row(
      h('strong', {}, one.fault.kind),
      [scopeOf(one.fault), h('small', { class: 'muted struck' }, t('faults.struck', { struck: one.struck, count: one.seen }))],
      h('span', { class: 'left', 'data-ends': String(Date.now() + one.left * 1000) }, countdown(one.left)),
      h('button', { type: 'button', on: { click: () => disarm(one) } }, t('faults.disarm')),
    ),
  );
  return [
    table(t('faults.armed'), [t('faults.kind'), t('faults.what'), t('faults.left'), ''], rows),
    all.length > 1 &&
      h(
        'button',
        {
          type: 'button',
          class: 'danger',
          on: {
            click: () =>
              attempt(async () => {
                await api.remove('/faults');
                await again();
              }),
          },
        },
        t('faults.disarm-all'),
      ),
  ];
}

/** The documented codes, offered where one is asked for. */
const known = (codes) =>
  h(
    'datalist',
    { id: 'failure-codes' },
    codes.map((one) => h('option', { value: String(one.code) }, language() === 'zh' ? one.meaning : one.english)),
  );

const scopeOf = (fault) =>
  Object.entries(fault)
    .filter(([name]) => name !== 'kind')
    .map(([name, value]) => h('span', { class: 'term' }, `${name}: ${value}`));

/** Counts down what is left, and asks anew when something is over. */
function tick(armed, draw) {
  for (const left of armed.querySelectorAll('[data-ends]')) {
    const seconds = (Number(left.dataset.ends) - Date.now()) / 1000;
    left.textContent = countdown(seconds);
    if (seconds <= 0) return void draw();
  }
}

function arming(accounts, given, again) {
  const asked = new Map();
  const own = h('div', { class: 'fields' });
  const control = (name, make) => {
    const one = make();
    const input = one.make();
    asked.set(name, { input, read: one.read });
    return field(t(`fault.${name}`), input);
  };
  const drawOwn = () => {
    for (const name of Object.keys(PARTS)) asked.delete(name);
    replace(
      own,
      KINDS[kind.value].map((name) => control(name, PARTS[name])),
    );
    replace(hint, t(`kind.${kind.value}`));
  };
  const kind = select(Object.keys(KINDS), 'code', { id: 'kind', 'aria-describedby': 'kind-hint', on: { change: () => drawOwn() } });
  const hint = h('small', { id: 'kind-hint', class: 'muted' });
  const account = select([['', t('accounts.every')], ...accounts], given.account ?? '');
  const submit = async (event) => {
    event.preventDefault();
    const fault = { kind: kind.value, ...(account.value && { account: account.value }) };
    for (const [name, { input, read }] of asked) if (input.value !== '') fault[name] = read(input.value);
    if (!(await attempt(() => api.post('/faults', fault)))) return;
    toast(t('faults.done'));
    await again();
  };
  const form = h(
    'form',
    { on: { submit } },
    h('div', { class: 'fields' }, field(t('faults.kind'), kind), field(t('account'), account)),
    hint,
    own,
    h(
      'fieldset',
      {},
      h('legend', {}, t('faults.scope')),
      h(
        'div',
        { class: 'fields' },
        Object.entries(SCOPE).map(([name, make]) => control(name, make)),
      ),
    ),
    h('div', { class: 'actions' }, h('button', { class: 'primary' }, t('faults.arm')), h('a', { href: link(['codes']) }, t('nav.codes'))),
  );
  drawOwn();
  return form;
}
