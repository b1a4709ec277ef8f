using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Web.Services.Protocols;
using Winnerlook;

/// <summary>A result that is a lone negative number is a failure code: the gateway answers no SOAP fault.</summary>
public class SmsRefusedException : Exception
{
    static readonly Dictionary<int, string> Meanings = new Dictionary<int, string>
    {
        [-1] = "application error: look whether the SMS went out before you send it again",
        [-3] = "wrong user name or password",
        [-7] = "balance too low: top up, then send again",
        [-9] = "invalid number: correct it, sending again will not help",
        [-16] = "called too often: wait, then call again",
        [-23] = "submitInfo cannot be decrypted: look at key, padding and charset",
    };

    public int Code { get; }

    public SmsRefusedException(int code) : base(code + " " + Meaning(code)) { Code = code; }

    static string Meaning(int code) =>
        Meanings.TryGetValue(code, out var meaning) ? meaning : "see the table of codes in the gateway's document";
}

public class Report { public string Batch, Phone, Time, Status, CustomerUuid; }

public class Reply { public string Phone, Text, Time, Sender, CustomerUuid; }

/// <summary>The trigger interface with the class that the wsdl tool makes of the WSDL (in Visual Studio: Add Web Reference).</summary>
public class Sms
{
    // A reply's text is whatever somebody typed, separators included: what stands around it has to find its ends.
    static readonly Regex ReplyPattern = new Regex(
        @"(\d+)\|,\|(.*?)\|,\|(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)\|,\|(.*?)\|,\|(.*?)(?:\|;\||$)", RegexOptions.Singleline);

    readonly trigger service;
    readonly string userCode, userPass;

    public Sms(string endpoint, string userCode, string userPass, SoapProtocolVersion version = SoapProtocolVersion.Soap11)
    {
        this.userCode = userCode;
        this.userPass = userPass;
        // A send that timed out may have been carried out: never repeat it unasked.
        service = new trigger { Url = endpoint + "/winnerrxd/api/ws/trigger", SoapVersion = version, Timeout = 30000 };
    }

    public string Balance() => Result(service.GetBalanceConnect(userCode, userPass));

    public string Send(string phone, string text, string customerUuid = null) =>
        Result(service.SendMsg(userCode, userPass, phone, text, null, customerUuid, 0, false));

    public string SendEach(IEnumerable<KeyValuePair<string, string>> texts)
    {
        var pairs = string.Join("|-|", texts.Select(one => one.Key + "|~|" + one.Value));
        return Result(service.SendIndividualMsg(userCode, userPass, pairs, 0, false, null));
    }

    public string SendEncrypted(string phone, string text) =>
        Result(service.sendMsgByEncrypt(userCode, Encrypt($"userPass={userPass}&DesNo={phone}&Msg={text}&smsType=101&Channel=0"), null));

    public List<Report> Reports() =>
        Result(service.GetReport2Connect(userCode, userPass)).Split('|').Where(one => one.Trim() != "")
            .Select(one => one.Split(',').Select(field => field.Trim()).ToArray())
            .Select(f => new Report { Batch = f[0], Phone = f[1], Time = f[2], Status = f[3], CustomerUuid = f[4] }).ToList();

    public List<Reply> Replies() =>
        ReplyPattern.Matches(Result(service.GetMo2Connect(userCode, userPass))).Cast<Match>().Select(match => match.Groups)
            .Select(g => new Reply { Phone = g[1].Value, Text = g[2].Value, Time = g[3].Value, Sender = g[4].Value, CustomerUuid = g[5].Value })
            .ToList();

    /// <summary>submitInfo: DES in CBC mode, the text in GBK, key and IV the first 8 characters of the password's SHA-1 in upper-case hex.</summary>
    public string Encrypt(string plain)
    {
        using (var sha1 = SHA1.Create())
        using (var des = DES.Create())
        {
            var key = Encoding.ASCII.GetBytes(Hex(sha1.ComputeHash(Encoding.UTF8.GetBytes(userPass))).Substring(0, 8));
            using (var encryptor = des.CreateEncryptor(key, key))
            {
                var bytes = Encoding.GetEncoding("GBK").GetBytes(plain);
                return Hex(encryptor.TransformFinalBlock(bytes, 0, bytes.Length));
            }
        }
    }

    static string Hex(byte[] bytes) => BitConverter.ToString(bytes).Replace("-", "");

    static string Result(string given)
    {
        if (given != null && Regex.IsMatch(given, @"^-\d+$")) throw new SmsRefusedException(int.Parse(given));
        return given ?? "";
    }
}
