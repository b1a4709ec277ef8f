/** What the server says in English, in the reader's language where its words are known; else as it was said. */

import { language } from './i18n.js';
import zh from './lang/zh-prose.js';

let patterns = null;

const HOLE = /\{(\w+)\}/g;

/** A sentence with holes as a pattern: "{count} of {all} texts …". */
function compiled([said, words]) {
  const source = said
    .split(HOLE)
    .map((part, at) => (at % 2 ? `(?<${part}>.+?)` : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('');
  return [new RegExp(`^${source}$`, 's'), words];
}

function translated(text) {
  patterns ??= zh.map(compiled);
  for (const [pattern, words] of patterns) {
    const match = pattern.exec(text);
    if (match) return words.replace(HOLE, (_hole, name) => match.groups[name] ?? '');
  }
  return null;
}

/** A whole sentence, or "what is wrong: how to mend it" whose halves are known each. */
export function chinese(text) {
  const whole = translated(text);
  if (whole !== null) return whole;
  for (let at = text.indexOf(': '); at >= 0; at = text.indexOf(': ', at + 1)) {
    const [what, remedy] = [translated(text.slice(0, at)), translated(text.slice(at + 2))];
    if (what !== null && remedy !== null) return `${what}：${remedy}`;
  }
  return null;
}

export const prose = (text) => (text && language() === 'zh' && chinese(text)) || text;
