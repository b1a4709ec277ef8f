/** Ready-made configuration for programs that are to use an account of this mock. */

import { curlForm, py, quoted } from './snippets.js';

const PHONE = '13900000000';
const TEXT = '您的验证码是:2345【测试】';
const SOAP = '/winnerrxd/api/ws/trigger';
const PLAIN = '/winnerrxd/api/trigger/SendMsg';

/** [[language, text], …] */
export function configurations({ user_code: user, user_pass: password }) {
  const origin = location.origin;
  return [
    ['env', env(origin, user, password)],
    ['Python', python(origin, user, password)],
    ['Java', java(origin, user, password)],
    ['PHP', php(origin, user, password)],
    ['.NET', dotnet(origin, user, password)],
    ['curl', curlForm('SendMsg', { userCode: user, userPass: password, DesNo: PHONE, Msg: TEXT })],
  ];
}

const env = (origin, user, password) =>
  [
    `export WINNERLOOK_ENDPOINT=${quoted(origin)}`,
    `export WINNERLOOK_USER_CODE=${quoted(user)}`,
    `export WINNERLOOK_USER_PASS=${quoted(password)}`,
  ].join('\n');

const python = (origin, user, password) =>
  [
    'from winnerlook import Client',
    '',
    `sms = Client(${py(user)}, ${py(password)}, endpoint=${py(origin)})`,
    `sent = sms.send("${PHONE}", "${TEXT}")`,
    'print(sent.batch_number)',
  ].join('\n');

const java = (origin, user, password) => `import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.UTF_8;

// SOAP: wsimport ${origin}${SOAP}?wsdl
public class SendSms {
    public static void main(String[] args) throws Exception {
        String form = Map.of("userCode", ${py(user)}, "userPass", ${py(password)}, "DesNo", "${PHONE}", "Msg", "${TEXT}")
            .entrySet().stream().map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), UTF_8)).collect(Collectors.joining("&"));
        HttpRequest request = HttpRequest.newBuilder(URI.create("${origin}${PLAIN}"))
            .header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8").POST(HttpRequest.BodyPublishers.ofString(form)).build();
        System.out.println(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
}`;

const single = (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const php = (origin, user, password) => `<?php
$sms = new SoapClient('${origin}${SOAP}?wsdl', ['soap_version' => SOAP_1_2, 'cache_wsdl' => WSDL_CACHE_NONE]);
$answer = $sms->SendMsg(['userCode' => ${single(user)}, 'userPass' => ${single(password)}, 'DesNo' => '${PHONE}', 'Msg' => '${TEXT}']);
echo $answer->SendMsgResult, PHP_EOL;  // a batch number, or a negative code`;

const dotnet = (origin, user, password) => `// SOAP: dotnet-svcutil ${origin}${SOAP}?wsdl
using System;
using System.Collections.Generic;
using System.Net.Http;

using var http = new HttpClient();
var form = new FormUrlEncodedContent(new Dictionary<string, string> {
    ["userCode"] = ${py(user)}, ["userPass"] = ${py(password)}, ["DesNo"] = "${PHONE}", ["Msg"] = "${TEXT}",
});
var answer = await http.PostAsync("${origin}${PLAIN}", form);
Console.WriteLine(await answer.Content.ReadAsStringAsync());`;
