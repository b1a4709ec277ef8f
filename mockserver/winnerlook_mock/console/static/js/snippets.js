/** A call as others would write it: curl, Python, a pytest assertion. */

const PLAIN = '/winnerrxd/api/trigger/';
const SOAP = '/winnerrxd/api/ws/trigger';
const BINDINGS = { soap11: 'soap11', soap12: 'soap12', get: 'http', post: 'http' };

/** For a POSIX shell. */
export const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** As Python writes a string. */
export const py = (text) => JSON.stringify(String(text));

export function curlForm(operation, parameters, { get = false } = {}) {
  const fields = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined);
  const lines = fields.map(([name, value]) => `  --data-urlencode ${quoted(`${name}=${value}`)}`);
  return [`curl ${get ? '-G ' : ''}${quoted(location.origin + PLAIN + operation)}`, ...lines].join(' \\\n');
}

/** The request once more. A form is written field by field, SOAP as it came. */
export function curl(entry, account) {
  if (!entry.door.startsWith('soap')) {
    return curlForm(entry.operation, { ...secret(entry, account), ...entry.parameters }, { get: entry.door === 'get' });
  }
  const type = entry.door === 'soap12' ? 'application/soap+xml; charset=utf-8' : 'text/xml; charset=utf-8';
  const action = entry.door === 'soap12' ? [] : [`  -H ${quoted(`SOAPAction: "http://tempuri.org/${entry.operation}"`)}`];
  return [
    `curl ${quoted(location.origin + SOAP)}`,
    `  -H ${quoted(`Content-Type: ${type}`)}`,
    ...action,
    `  --data-binary ${quoted(entry.raw)}`,
  ].join(' \\\n');
}

const secret = (entry, account) => ('submitInfo' in entry.parameters ? {} : { userCode: account.user_code, userPass: account.user_pass });

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
  const more = [
    message.customer_uuid && `customer_uuid=${py(message.customer_uuid)}`,
    message.extension && `extension=${py(message.extension)}`,
    message.operation === 'sendMsgByEncrypt' && 'encrypted=True',
  ].filter(Boolean);
  if (message.operation === 'SendBatchMsg') return `send_many([${py(message.phone)}], ${py(message.text)})`;
  if (message.operation === 'SendIndividualMsg') return `send_each([(${py(message.phone)}, ${py(message.text)})])`;
  return `send(${[py(message.phone), py(message.text), ...more].join(', ')})`;
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
