/** A form for an account's settings, made of what the API says there is. */

import { h } from './dom.js';
import { has, t } from './i18n.js';

/** Which settings belong together; what is in no group comes last. */
const GROUPS = {
  state: ['frozen', 'expires_at', 'channel_open', 'channel_hours', 'price', 'replay'],
  who: ['allowed_ips', 'blacklist', 'user_blacklist', 'system_blacklist', 'unsubscribe_words'],
  words: ['user_words', 'system_words', 'signatures', 'signature_length', 'templates', 'sms_types'],
  push: [
    'report_url',
    'reply_url',
    'push_form',
    'poll_pushed',
    'push_batch',
    'push_interval',
    'push_timeout',
    'push_backoff',
    'push_verify',
    'push_chaos',
    'pushes_kept',
  ],
  delivery: ['delivery_delay', 'delivery_rules', 'delivery_statuses', 'refund_failures', 'seed', 'sender_number'],
  limits: ['balance_interval', 'call_interval', 'number_limit', 'monthly_limit', 'strict_limits', 'messages_kept'],
};
const LINES = new Set([
  'allowed_ips',
  'blacklist',
  'user_blacklist',
  'system_blacklist',
  'unsubscribe_words',
  'user_words',
  'system_words',
  'templates',
]);

/** How what is written as JSON may look. */
const EXAMPLES = {
  channel_hours: '["08:00", "21:00"]',
  signature_length: '[2, 10]',
  number_limit: '[1, 60]',
  monthly_limit: '100000',
  signatures: '{"1": "测试"}',
  delivery_rules: '{"139*": "UNDELIV"}',
  delivery_statuses: '{"UNDELIV": 0.05}',
  push_backoff: '[5, 30, 120]',
  push_chaos: '{"duplicate": 0.1}',
  sms_types: '[101]',
};

/** How a value of this setting is asked for: its control, what it says now, and how that is read. */
function control(name, value) {
  if (typeof value === 'boolean') return bound(h('input', { type: 'checkbox', checked: value }), (input) => input.checked);
  if (LINES.has(name)) {
    return bound(
      h('textarea', {
        rows: String(Math.min(6, Math.max(2, value.length + 1))),
        value: value.join('\n'),
        placeholder: t('settings.lines'),
      }),
      (input) =>
        input.value
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean),
    );
  }
  if (typeof value === 'number')
    return bound(h('input', { type: 'number', step: 'any', value: String(value) }), (input) =>
      input.value === '' ? value : Number(input.value),
    );
  if (typeof value === 'string') return bound(h('input', { value }), (input) => input.value.trim());
  if (name === 'expires_at')
    return bound(h('input', { value: value ?? '', placeholder: '2026-11-22T12:00:00+08:00' }), (input) => input.value.trim() || null);
  return bound(h('input', { class: 'mono', value: written(value), placeholder: EXAMPLES[name] ?? t('settings.json') }), (input) =>
    readJson(name, input.value, value),
  );
}

const written = (value) => (value === null || JSON.stringify(value) === '{}' ? '' : JSON.stringify(value));

const bound = (input, read) => ({ input, read: () => read(input) });

/** Nothing written is nothing: null, or an empty mapping where there was one. */
function readJson(name, text, before) {
  if (!text.trim()) return before !== null && !Array.isArray(before) && typeof before === 'object' ? {} : null;
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(t('settings.not-json', { name }));
  }
}

const meaning = (one) => (has(`setting.${one.name}`) ? t(`setting.${one.name}`) : one.meaning.replaceAll('`', ''));

/** `changed()` gives the settings that are different now. Raises where one cannot be read. */
export function settingsForm(known, values) {
  const controls = known.map((one) => ({ ...one, ...control(one.name, values[one.name]) }));
  const grouped = new Set(Object.values(GROUPS).flat());
  const groups = { ...GROUPS, other: controls.map((one) => one.name).filter((name) => !grouped.has(name)) };
  const sections = Object.entries(groups).map(([group, names]) => {
    const mine = names.map((name) => controls.find((one) => one.name === name)).filter(Boolean);
    const isSet = mine.some((one) => JSON.stringify(values[one.name]) !== JSON.stringify(one.default));
    return (
      mine.length > 0 &&
      h(
        'details',
        { class: 'group', open: isSet || ['state', 'push'].includes(group) },
        h('summary', {}, t(`settings.${group}`)),
        h('div', { class: 'settings' }, mine.map(oneSetting)),
      )
    );
  });
  const changed = () =>
    Object.fromEntries(
      controls
        .map((one) => [one.name, one.read()])
        .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(values[name] ?? null)),
    );
  return { sections, changed };
}

function oneSetting(one) {
  const id = `set-${one.name}`;
  one.input.id = id;
  one.input.setAttribute('aria-describedby', `${id}-hint`);
  return h(
    'div',
    { class: 'setting' },
    h('label', { for: id, class: 'mono' }, one.name),
    one.input,
    h('small', { id: `${id}-hint`, class: 'muted' }, meaning(one)),
  );
}
