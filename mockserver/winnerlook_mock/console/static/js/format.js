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

export function duration(seconds) {
  if (seconds < 0.0095) return `${(seconds * 1000).toFixed(1)} ms`;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

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
