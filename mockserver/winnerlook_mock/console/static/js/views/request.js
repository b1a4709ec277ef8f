/** What came in and what was answered: parameters beside the body that they were read from, and what was odd about them. */

import { h, icon } from '../dom.js';
import { codeOf, duration, pretty } from '../format.js';
import { t } from '../i18n.js';
import { codeBlock, facts, panel } from '../parts.js';
import { prose } from '../prose.js';
import { link } from '../router.js';

export function request(entry) {
  const parameters = Object.entries(entry.parameters);
  const code = codeOf(entry.answer);
  return panel(
    t('message.request'),
    h(
      'div',
      { class: 'request' },
      h(
        'div',
        {},
        h('h3', {}, t('message.parameters')),
        parameters.length
          ? facts(parameters.map(([name, value]) => [name, value === null ? '–' : h('span', { class: 'value' }, String(value))]))
          : h('p', { class: 'muted' }, t('message.no-parameters')),
        h('h3', {}, t('column.answer')),
        facts([
          [
            t('message.result'),
            entry.answer === null ? t('journal.no-answer') : h('code', { class: code === null ? '' : 'bad' }, entry.answer || '""'),
          ],
          ['HTTP', String(entry.status)],
          [t('column.took'), duration(entry.seconds)],
          [t('nav.journal'), h('a', { href: link(['journal', String(entry.number)]) }, `#${entry.number}`)],
        ]),
      ),
      h(
        'div',
        {},
        h('h3', {}, t('message.raw')),
        codeBlock(pretty(entry), { label: t('message.raw'), copied: entry.raw }),
        entry.raw_is_base64 ? h('p', { class: 'muted' }, t('message.base64')) : null,
        entry.raw_dropped ? h('p', { class: 'muted' }, t('message.dropped', { bytes: entry.raw_dropped })) : null,
      ),
    ),
  );
}

/** Notes, each "what is wrong: how to mend it". */
export function warnings(notes, answer) {
  const wasRefused = answer === null || codeOf(answer) !== null;
  return h(
    'section',
    { class: 'panel warning', 'aria-label': t('message.warnings') },
    h('h2', {}, icon('warn'), t('message.warnings')),
    h('p', { class: 'muted' }, t(wasRefused ? 'message.warnings-refused' : 'message.warnings-hint')),
    h('ul', {}, notes.map(warning)),
  );
}

function warning(note) {
  const [what, remedy] = prose(note).split(/(?<=[^:]): (?=[^:]*$)|：(?=[^：]*$)/);
  return h('li', { title: note }, h('span', {}, what), remedy && h('strong', {}, `→ ${remedy}`));
}
