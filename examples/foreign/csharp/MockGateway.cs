using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Text;
using System.Web.Script.Serialization;
using Json = System.Collections.Generic.Dictionary<string, object>;

/// <summary>The mock as a test sees it: an account of the test's own, opened and looked at over the control API.</summary>
public class MockGateway : IDisposable
{
    readonly JavaScriptSerializer json = new JavaScriptSerializer();

    public string Endpoint { get; }
    public string UserCode { get; }
    public string UserPass { get; }

    public MockGateway(string endpoint)
    {
        Endpoint = endpoint;
        var account = Api("POST", "/accounts", new { settings = new { balance_interval = 0 } });
        UserCode = (string)account["user_code"];
        UserPass = (string)account["user_pass"];
    }

    /// <summary>The SMS to this number, as soon as there is one.</summary>
    public Json WaitFor(string phone) => Api("GET", $"/wait?account={UserCode}&to={phone}&timeout=5");

    /// <summary>The next call of this operation is refused with this code.</summary>
    public void RefuseNext(string operation, int code) =>
        Api("POST", "/faults", new { kind = "code", code, account = UserCode, operation, times = 1 });

    /// <summary>What the mock noted as wrong with the calls of this account.</summary>
    public List<string> Warnings()
    {
        var found = Api("GET", "/journal?q=" + Uri.EscapeDataString($"account:{UserCode} has:warning"));
        return ((IEnumerable)found["entries"]).Cast<Json>().SelectMany(entry => ((IEnumerable)entry["notes"]).Cast<string>()).ToList();
    }

    public void Dispose() => Api("DELETE", "/accounts/" + UserCode);

    Json Api(string method, string path, object body = null)
    {
        using (var http = new WebClient { Encoding = Encoding.UTF8 })
        {
            http.Headers["Content-Type"] = "application/json";
            var token = Environment.GetEnvironmentVariable("WINNERLOOK_MOCK_TOKEN"); // wanted where the mock does not listen on loopback
            if (token != null) http.Headers["Authorization"] = "Bearer " + token;
            var url = Endpoint + "/_mock/api/v1" + path;
            try
            {
                var answer = method == "GET" ? http.DownloadString(url) : http.UploadString(url, method, body == null ? "" : json.Serialize(body));
                return answer == "" ? new Json() : json.Deserialize<Json>(answer);
            }
            catch (WebException error) when (error.Response != null)
            {
                using (var reader = new StreamReader(error.Response.GetResponseStream()))
                    throw new InvalidOperationException($"{method} {path}: {reader.ReadToEnd()}");
            }
        }
    }
}
