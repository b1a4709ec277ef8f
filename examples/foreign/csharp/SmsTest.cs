using System;
using NUnit.Framework;

[TestFixture]
public class SmsTest
{
    MockGateway mock;
    Sms sms;

    [SetUp]
    public void Open()
    {
        mock = new MockGateway(Environment.GetEnvironmentVariable("WINNERLOOK_ENDPOINT"));
        sms = new Sms(mock.Endpoint, mock.UserCode, mock.UserPass);
    }

    [TearDown]
    public void Close()
    {
        Assert.That(mock.Warnings(), Is.Empty);
        mock.Dispose();
    }

    [Test]
    public void TheCodeReachesTheCustomer()
    {
        var batch = sms.Send("13900000000", "您的验证码是:2345【测试】", "order-42");
        var message = mock.WaitFor("13900000000");
        Assert.That(message["otp"], Is.EqualTo("2345"));
        Assert.That(message["batch_number"], Is.EqualTo(batch));
        Assert.That(message["customer_uuid"], Is.EqualTo("order-42"));
    }

    [Test]
    public void ALowBalanceIsTold()
    {
        mock.RefuseNext("SendMsg", -7);
        var refused = Assert.Throws<SmsRefusedException>(() => sms.Send("13900000000", "您的验证码是:2345【测试】"));
        Assert.That(refused.Code, Is.EqualTo(-7));
    }
}
