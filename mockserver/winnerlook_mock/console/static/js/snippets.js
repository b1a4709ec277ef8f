/** A call as others would write it: curl, Python, a pytest assertion. */

const PLAIN = '/winnerrxd/api/trigger/';
const SOAP = '/winnerrxd/api/ws/trigger';
const BINDINGS = { soap11: 'soap11', soap12: 'soap12', get: 'http', post: 'http' };
const ENCRYPTED = ['userCode', 'submitInfo', 'autograph'];

/** For a POSIX shell. */
export const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** As Python, Java and C# write a string. */
export const py = (text) => JSON.stringify(String(text));

const lines = (...all) => all.join(' \\\n');

export function curlForm(operation, parameters, { get = false } = {}) {
  const fields = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined);
  const written = fields.map(([name, value]) => `  --data-urlencode ${quoted(`${name}=${value}`)}`);
  return lines(`curl ${get ? '-G ' : ''}${quoted(location.origin + PLAIN + operation)}`, ...written);
}

/** The request once more: a form field by field, all else as it came. Null where too little of it is kept. */
export function curl(entry, account) {
  if (!entry.door.startsWith('soap')) return curlPlain(entry, account);
  if (entry.raw_dropped) return null;
  const is12 = entry.door === 'soap12';
  const charset = entry.raw_is_base64 ? '' : '; charset=utf-8';
  const headers = [
    `  -H ${quoted(`Content-Type: ${is12 ? 'application/soap+xml' : 'text/xml'}${charset}`)}`,
    ...(is12 ? [] : [`  -H ${quoted(`SOAPAction: "http://tempuri.org/${entry.operation}"`)}`]),
  ];
  return curlBody(location.origin + SOAP, headers, entry);
}

function curlPlain(entry, account) {
  const { submitInfo } = entry.parameters;
  const isOdd = Object.keys(entry.parameters).some((name) => !/^\w+$/.test(name));
  if (isOdd && !entry.raw_dropped) return curlRaw(entry);
  const parameters = submitInfo
    ? Object.fromEntries(ENCRYPTED.map((name) => [name, entry.parameters[name]]))
    : { userCode: account.user_code, userPass: account.user_pass, ...entry.parameters };
  return curlForm(entry.operation, parameters, { get: entry.door === 'get' });
}

/** Fields of one name twice, or of no text: as they came. */
function curlRaw(entry) {
  const address = location.origin + PLAIN + entry.operation;
  return entry.door === 'get' ? `curl ${quoted(`${address}?${entry.raw}`)}` : curlBody(address, [], entry);
}

/** Bytes that are no text, or that no argument of a program can hold, go through a pipe. */
function curlBody(address, headers, entry) {
  const request = [`curl ${quoted(address)}`, ...headers];
  if (entry.raw_is_base64) return `echo ${entry.raw} | base64 -d | ${lines(...request, '  --data-binary @-')}`;
  if (!entry.raw.includes('\0')) return lines(...request, `  --data-binary ${quoted(entry.raw)}`);
  return `printf ${quoted(entry.raw.replaceAll('\\', '\\\\').replaceAll('%', '%%').replaceAll('\0', '\\000'))} | ${lines(...request, '  --data-binary @-')}`;
}

/** A push as the gateway sends it. */
export const pushCurl = (push) =>
  lines(`curl ${quoted(push.url)}`, `  -H ${quoted(`Content-Type: ${push.content_type}`)}`, `  --data-raw ${quoted(push.body)}`);

/** One SMS by our SDK. */
export function python(message, account) {
  const binding = message.door === 'soap11' ? '' : `, binding=${py(BINDINGS[message.door] ?? 'http')}`;
  return [
    'from winnerlook import Client',
    '',
    `with Client(${py(account.user_code)}, ${py(account.user_pass)}, endpoint=${py(location.origin)}${binding}) as sms:`,
    `    sent = sms.${sending(message)}`,
    '    print(sent)',
  ].join('\n');
}

function sending(message) {
  const phone = py(message.phone);
  const text = py(message.text);
  const given = (name, value) => (value ? [`${name}=${value}`] : []);
  const uuid = given('customer_uuid', message.customer_uuid && py(message.customer_uuid));
  const type = given('sms_type', message.sms_type === 101 ? 0 : message.sms_type);
  const autograph = given('autograph', message.autograph && py(message.autograph));
  const extension = given('extension', message.extension && py(message.extension));
  const encrypted = given('encrypted', message.operation === 'sendMsgByEncrypt' && 'True');
  if (message.operation === 'SendBatchMsg') return `send_many(${[`[${phone}]`, text, ...type, ...autograph].join(', ')})`;
  if (message.operation === 'SendIndividualMsg') return `send_each(${[`[(${phone}, ${text})]`, ...uuid, ...type].join(', ')})`;
  return `send(${[phone, text, ...uuid, ...extension, ...type, ...autograph, ...encrypted].join(', ')})`;
}

/** What a test says of it, with the fixtures of the pytest plugin. */
export function pytest(message) {
  const wanted = [
    `to=${py(message.phone)}`,
    `text=${py(message.text)}`,
    `operation=${py(message.operation)}`,
    message.customer_uuid && `customer_uuid=${py(message.customer_uuid)}`,
  ]
    .filter(Boolean)
    .map((one) => `        ${one},`);
  const otp = message.otp ? [`    assert winnerlook_account.otp(to=${py(message.phone)}) == ${py(message.otp)}`] : [];
  return [
    'def test_sms(winnerlook_env, winnerlook_account):',
    '    ...  # what sends it',
    '    winnerlook_account.assert_sent(',
    ...wanted,
    '        count=1,',
    '    )',
    ...otp,
  ].join('\n');
}
