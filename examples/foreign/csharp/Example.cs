using System;
using System.Collections.Generic;
using System.Web.Services.Protocols;

/// <summary>Sends, fetches what became of it, and meets a failure code. Settings come from the environment: there is no default address.</summary>
static class Example
{
    static void Main()
    {
        Console.OutputEncoding = new System.Text.UTF8Encoding(false);
        var version = Environment.GetEnvironmentVariable("WINNERLOOK_BINDING") == "soap12" ? SoapProtocolVersion.Soap12 : SoapProtocolVersion.Soap11;
        var sms = new Sms(Setting("WINNERLOOK_ENDPOINT"), Setting("WINNERLOOK_USER_CODE"), Setting("WINNERLOOK_USER_PASS"), version);

        Console.WriteLine("balance: " + sms.Balance());
        Console.WriteLine("sent: " + sms.Send("13900000000", "您的验证码是:2345【测试】", "order-42"));
        var texts = new Dictionary<string, string>
        {
            ["13900000001"] = "张三您好,订单已发货【测试】",
            ["13900000002"] = "李四您好,订单已签收【测试】",
        };
        Console.WriteLine("sent each: " + sms.SendEach(texts));
        Console.WriteLine("sent encrypted: " + sms.SendEncrypted("13900000003", "消费100元,余额=900&积分=5【测试】"));

        foreach (var report in sms.Reports()) Console.WriteLine($"report: {report.Batch} {report.Status} {report.CustomerUuid}");
        foreach (var reply in sms.Replies()) Console.WriteLine("reply: " + reply.Text);

        try
        {
            sms.Send("19900000007", "您的验证码是:2345【测试】"); // the mock refuses this number with -7
        }
        catch (SmsRefusedException refused)
        {
            Console.WriteLine("refused: " + refused.Message);
        }
    }

    static string Setting(string name) =>
        Environment.GetEnvironmentVariable(name)
        ?? throw new InvalidOperationException($"set {name}, for instance WINNERLOOK_ENDPOINT=http://127.0.0.1:8118");
}
