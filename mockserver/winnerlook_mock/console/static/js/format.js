/** How things are written. */

import { language, t } from './i18n.js';
import { gatewayNow } from './gateway-clock.js';

const STEPS = [
  [60, 1, 'second'],
  [3600, 60, 'minute'],
  [86400, 3600, 'hour'],
];
const A_DAY = 86400;
const locale = () => (language() === 'zh' ? 'zh-CN' : 'en');

/** "3 min ago" within a day of the gateway's clock, else the day. */
export function ago(iso) {
  const seconds = (gatewayNow() - Date.parse(iso)) / 1000;
  const size = Math.abs(seconds);
  if (size < 2) return t('time.now');
  if (size >= A_DAY) return day(iso);
  const [, unit, name] = STEPS.find(([most]) => size < most);
  return new Intl.RelativeTimeFormat(locale(), { style: 'narrow' }).format(-Math.round(seconds / unit), name);
}

/** The moments of the API are in China time already, and are shown as they are written. */
export const day = (iso) => iso.slice(5, 16).replace('T', ' ');
export const moment = (iso) => (iso ? iso.slice(0, 19).replace('T', ' ') : '');
export const instant = (iso) => /T([\d:]+(?:\.\d{1,3})?)/.exec(iso || '')?.[1] ?? '';

/** "0.7 ms", "12 s", "1 min 30 s", "1 h": parts that are nothing are left out. */
export function duration(seconds) {
  if (seconds < 0.9995) return `${short(seconds * 1000)} ms`;
  if (seconds < 59.5) return `${short(seconds)} s`;
  const whole = Math.round(seconds);
  const parts =
    whole < 3600
      ? [
          [Math.floor(whole / 60), 'min'],
          [whole % 60, 's'],
        ]
      : hours(Math.floor(whole / 60));
  return parts
    .filter(([value]) => value)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ');
}

/** "9:52", "1:00:00": what is left. */
export function countdown(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return (parts[0] ? parts : parts.slice(1)).map((one, at) => (at ? String(one).padStart(2, '0') : one)).join(':');
}

const hours = (minutes) =>
  minutes < 2880
    ? [
        [Math.floor(minutes / 60), 'h'],
        [minutes % 60, 'min'],
      ]
    : [
        [Math.floor(minutes / 1440), 'd'],
        [Math.floor((minutes % 1440) / 60), 'h'],
      ];
const short = (value) => value.toFixed(value < 9.95 ? 1 : 0).replace(/\.0$/, '');

export const count = (number) => new Intl.NumberFormat(locale()).format(number);

/** XML with one element a line; anything that does not look like it stays as it is. */
export function prettyXml(text) {
  if (!/^\s*</.test(text)) return text;
  let depth = 0;
  const lines = text
    .replace(/>\s+</g, '><')
    .replace(/></g, '>\n<')
    .split('\n')
    .map((line) => {
      const closes = /^<\//.test(line);
      if (closes) depth = Math.max(0, depth - 1);
      const written = '  '.repeat(depth) + line;
      if (/^<[^!?/]/.test(line) && !/\/>$/.test(line) && !/^<[^>]*>.*<\//s.test(line)) depth += 1;
      return written;
    });
  return lines.join('\n');
}

/** A form with one field a line, decoded. */
export function prettyForm(text) {
  return text
    .split('&')
    .map((field) => {
      const [name, ...rest] = field.split('=');
      return `${decode(name)} = ${decode(rest.join('='))}`;
    })
    .join('\n');
}

function decode(text) {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    return text;
  }
}

export function prettyJson(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** A request's body as people read it. */
export function pretty(entry) {
  if (entry.raw_is_base64) return entry.raw;
  return entry.door.startsWith('soap') || /^\s*</.test(entry.raw) ? prettyXml(entry.raw) : prettyForm(entry.raw);
}

/** -7 where an answer is a failure code, else null (F5). */
export const codeOf = (answer) => (/^-\d+$/.test(answer || '') ? Number(answer) : null);
