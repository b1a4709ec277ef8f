import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { MockGateway } from './mock-gateway.js';
import { Sms } from './sms.js';

let mock;
let sms;

beforeEach(async () => {
  mock = await MockGateway.open(process.env.WINNERLOOK_ENDPOINT);
  sms = await Sms.connect(mock.endpoint, mock.userCode, mock.userPass);
});

afterEach(async () => {
  assert.deepEqual(await mock.warnings(), []);
  await mock.close();
});

test('the code reaches the customer', async () => {
  const batch = await sms.send('13900000000', '您的验证码是:2345【测试】', 'order-42');
  const message = await mock.waitFor('13900000000');
  assert.equal(message.otp, '2345');
  assert.equal(message.batch_number, batch);
  assert.equal(message.customer_uuid, 'order-42');
});

test('a low balance is told', async () => {
  await mock.refuseNext('SendMsg', -7);
  await assert.rejects(sms.send('13900000000', '您的验证码是:2345【测试】'), { code: -7 });
});
