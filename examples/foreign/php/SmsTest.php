<?php
declare(strict_types=1);

require_once __DIR__ . '/Sms.php';
require_once __DIR__ . '/MockGateway.php';

use PHPUnit\Framework\TestCase;

final class SmsTest extends TestCase
{
    private MockGateway $mock;
    private Sms $sms;

    protected function setUp(): void
    {
        $this->mock = new MockGateway(getenv('WINNERLOOK_ENDPOINT'));
        $this->sms = new Sms($this->mock->endpoint, $this->mock->userCode, $this->mock->userPass);
    }

    protected function tearDown(): void
    {
        $this->assertSame([], $this->mock->warnings());
        $this->mock->close();
    }

    public function testTheCodeReachesTheCustomer(): void
    {
        $batch = $this->sms->send('13900000000', '您的验证码是:2345【测试】', 'order-42');
        $message = $this->mock->waitFor('13900000000');
        $this->assertSame('2345', $message['otp']);
        $this->assertSame($batch, $message['batch_number']);
        $this->assertSame('order-42', $message['customer_uuid']);
    }

    public function testALowBalanceIsTold(): void
    {
        $this->mock->refuseNext('SendMsg', -7);
        $this->expectException(SmsRefused::class);
        $this->expectExceptionCode(-7);
        $this->sms->send('13900000000', '您的验证码是:2345【测试】');
    }
}
