/** What handsets answered, wherever it has gone since: it waits, was polled, or was pushed. */

import * as api from './api.js';

const SECOND = 19;

/** Replies of an account, oldest first: {phone, text, time, way}. */
export async function repliesOf(account) {
  const [waiting, polls, pushes] = await Promise.all([
    api.get('/replies', { account }),
    api.get('/journal', { account, q: 'op:GetMo', limit: 1000 }),
    api.get('/pushes', { account, limit: 1000 }),
  ]);
  const found = new Map();
  const keep = (reply, way) => {
    const key = `${reply.phone} ${reply.time.slice(0, SECOND)} ${reply.text}`;
    if (!found.has(key)) found.set(key, { ...reply, way });
  };
  waiting.replies.forEach((one) => keep(one.reply, 'waiting'));
  pushes.pushes.filter((push) => push.type >= 3).forEach((push) => pushed(push).forEach((reply) => keep(reply, 'pushed')));
  polls.entries.forEach((entry) => polled(entry.answer || '').forEach((reply) => keep(reply, 'polled')));
  return [...found.values()].sort((one, other) => one.time.localeCompare(other.time));
}

/** Phone from the left, time by its shape; what lies between is the text (F2, F3). */
function polled(answer) {
  return answer.split('|;|').flatMap((group) => {
    const match = /^(\d+)\|,\|(.*)\|,\|(\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d)(?:\|,\||$)/s.exec(group);
    return match ? [{ phone: match[1], text: match[2], time: `${match[3]}-${match[4]}-${match[5]}T${match[6]}+08:00` }] : [];
  });
}

function pushed(push) {
  try {
    const body = push.body.startsWith('json_str=') ? new URLSearchParams(push.body).get('json_str') : push.body;
    return JSON.parse(body).list.map((one) => ({
      phone: one.dest_phone,
      text: one.resp_content,
      time: inChina(one.receive_time ?? one.resp_time),
    }));
  } catch {
    return [];
  }
}

/** Epoch milliseconds as the API writes moments. */
export const inChina = (milliseconds) => `${new Date(Number(milliseconds) + 8 * 3600_000).toISOString().slice(0, 23)}+08:00`;
