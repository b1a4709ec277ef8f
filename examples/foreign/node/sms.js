import { createCipheriv, createHash } from 'node:crypto';
import iconv from 'iconv-lite';
import soap from 'soap';

const MEANINGS = {
  '-1': 'application error: look whether the SMS went out before you send it again',
  '-3': 'wrong user name or password',
  '-7': 'balance too low: top up, then send again',
  '-9': 'invalid number: correct it, sending again will not help',
  '-16': 'called too often: wait, then call again',
  '-23': 'submitInfo cannot be decrypted: look at key, padding and charset',
};

// A reply's text is whatever somebody typed, separators included: what stands around it has to find its ends.
const REPLY = /(\d+)\|,\|(.*?)\|,\|(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d)\|,\|(.*?)\|,\|(.*?)(?:\|;\||$)/gs;

/** A result that is a lone negative number is a failure code: the gateway answers no SOAP fault. */
export class SmsRefused extends Error {
  constructor(code) {
    super(`${code} ${MEANINGS[code] ?? "see the table of codes in the gateway's document"}`);
    this.code = Number(code);
  }
}

/** The trigger interface with the package `soap`. */
export class Sms {
  #service;
  #userCode;
  #userPass;

  static async connect(endpoint, userCode, userPass, { soap12 = false } = {}) {
    const address = `${endpoint}/winnerrxd/api/ws/trigger`;
    const client = await soap.createClientAsync(`${address}?wsdl`, { forceSoap12Headers: soap12, wsdl_options: { timeout: 5000 } });
    client.setEndpoint(address);
    return new Sms(client, userCode, userPass);
  }

  constructor(client, userCode, userPass) {
    this.#service = client;
    this.#userCode = userCode;
    this.#userPass = userPass;
  }

  balance() {
    return this.#call('GetBalanceConnect', { userPass: this.#userPass });
  }

  send(phone, text, customerUuid) {
    return this.#call('SendMsg', { userPass: this.#userPass, DesNo: phone, Msg: text, customerUuid });
  }

  /** @param {Array<[string, string]>} texts pairs of number and text */
  sendEach(texts) {
    const pairs = texts.map(([phone, text]) => `${phone}|~|${text}`).join('|-|');
    return this.#call('SendIndividualMsg', { userPass: this.#userPass, Msg: pairs });
  }

  sendEncrypted(phone, text) {
    const plain = `userPass=${this.#userPass}&DesNo=${phone}&Msg=${text}&smsType=101&Channel=0`;
    return this.#call('sendMsgByEncrypt', { submitInfo: this.encrypt(plain) });
  }

  async reports() {
    const groups = (await this.#call('GetReport2Connect', { userPass: this.#userPass })).split('|').filter((group) => group.trim());
    return groups.map((group) => {
      const [batch, phone, time, status, customerUuid] = group.split(',').map((field) => field.trim());
      return { batch, phone, time, status, customerUuid };
    });
  }

  async replies() {
    const result = await this.#call('GetMo2Connect', { userPass: this.#userPass });
    return [...result.matchAll(REPLY)].map(([, phone, text, time, sender, customerUuid]) => ({ phone, text, time, sender, customerUuid }));
  }

  /** submitInfo: DES in CBC mode, the text in GBK, key and IV the first 8 characters of the password's SHA-1 in upper-case hex. */
  encrypt(plain) {
    const key = createHash('sha1').update(this.#userPass).digest('hex').toUpperCase().slice(0, 8);
    // OpenSSL 3 has put DES aside; triple DES with the same key three times is DES.
    const des = createCipheriv('des-ede3-cbc', key.repeat(3), key);
    return Buffer.concat([des.update(iconv.encode(plain, 'gbk')), des.final()]).toString('hex').toUpperCase();
  }

  async #call(operation, parameters) {
    // A send that timed out may have been carried out: never repeat it unasked.
    const [answer] = await this.#service[`${operation}Async`]({ userCode: this.#userCode, ...parameters }, { timeout: 30_000 });
    const result = answer?.[`${operation}Result`] ?? '';
    if (/^-\d+$/.test(result)) throw new SmsRefused(result);
    return result;
  }
}
