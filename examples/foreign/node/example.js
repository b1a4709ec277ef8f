import { Sms, SmsRefused } from './sms.js';

function setting(name) {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}, for instance WINNERLOOK_ENDPOINT=http://127.0.0.1:8118`);
  return value;
}

const soap12 = process.env.WINNERLOOK_BINDING === 'soap12';
const sms = await Sms.connect(setting('WINNERLOOK_ENDPOINT'), setting('WINNERLOOK_USER_CODE'), setting('WINNERLOOK_USER_PASS'), { soap12 });

console.log('balance:', await sms.balance());
console.log('sent:', await sms.send('13900000000', '您的验证码是:2345【测试】', 'order-42'));
console.log('sent each:', await sms.sendEach([['13900000001', '张三您好,订单已发货【测试】'], ['13900000002', '李四您好,订单已签收【测试】']]));
console.log('sent encrypted:', await sms.sendEncrypted('13900000003', '消费100元,余额=900&积分=5【测试】'));

for (const report of await sms.reports()) console.log('report:', report.batch, report.status, report.customerUuid);
for (const reply of await sms.replies()) console.log('reply:', reply.text);

try {
  await sms.send('19900000007', '您的验证码是:2345【测试】'); // the mock refuses this number with -7
} catch (error) {
  if (!(error instanceof SmsRefused)) throw error;
  console.log('refused:', error.message);
}
