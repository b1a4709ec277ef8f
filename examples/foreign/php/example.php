<?php
declare(strict_types=1);

require __DIR__ . '/Sms.php';

function setting(string $name): string
{
    return getenv($name) ?: throw new RuntimeException("set $name, for instance WINNERLOOK_ENDPOINT=http://127.0.0.1:8118");
}

$version = getenv('WINNERLOOK_BINDING') === 'soap12' ? SOAP_1_2 : SOAP_1_1;
$sms = new Sms(setting('WINNERLOOK_ENDPOINT'), setting('WINNERLOOK_USER_CODE'), setting('WINNERLOOK_USER_PASS'), $version);

echo 'balance: ', $sms->balance(), "\n";
echo 'sent: ', $sms->send('13900000000', '您的验证码是:2345【测试】', 'order-42'), "\n";
echo 'sent each: ', $sms->sendEach(['13900000001' => '张三您好,订单已发货【测试】', '13900000002' => '李四您好,订单已签收【测试】']), "\n";
echo 'sent encrypted: ', $sms->sendEncrypted('13900000003', '消费100元,余额=900&积分=5【测试】'), "\n";

foreach ($sms->reports() as $report) {
    echo "report: {$report['batch']} {$report['status']} {$report['customerUuid']}\n";
}
foreach ($sms->replies() as $reply) {
    echo "reply: {$reply['text']}\n";
}

try {
    $sms->send('19900000007', '您的验证码是:2345【测试】'); // the mock refuses this number with -7
} catch (SmsRefused $refused) {
    echo 'refused: ', $refused->getMessage(), "\n";
}
