"""The document's Java samples, replayed as the bytes that Java sends, and run by Java itself where there is one (H1, H2, H3, A1, A2, A5).

What HttpURLConnection of OpenJDK 17 sends was recorded: the address goes out as it is, blanks included, in the charset of the system
property ``file.encoding``: UTF-8 on most systems (and everywhere since JDK 18), GBK on a Chinese Windows. One without Chinese turns it into
question marks before it leaves. The sample's POST writes UTF-8 by itself, and the blank at the end of its address is trimmed.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from urllib.parse import quote_plus, urlsplit

import pytest

from winnerlook.operations import PLAIN_PATH
from winnerlook_mock import MockAccount, MockServer

PATH = PLAIN_PATH + "SendMsg"
PHONE, TEXT = "13900000000", "短信内容【签名】"
ANSWER = re.compile(
    rb"HTTP/1\.1 200 OK\r\n(?:[^\r]+\r\n)*\r\n"
    rb'<\?xml version="1\.0" encoding="utf-8"\?><string xmlns="http://tempuri\.org/">([0-9]{19}|-[0-9]+)</string>'
)
HTTPCLIENT = "Host: 118.178.116.15\r\nConnection: Keep-Alive\r\nUser-Agent: Apache-HttpClient/4.5.13 (Java/1.8.0_251)\r\n"
BROWSER = "accept: */*\r\nuser-agent: Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1;SV1)\r\n"
JAVA = "User-Agent: Java/1.8.0_251\r\nHost: 118.178.116.15:8443\r\nAccept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2\r\n"


@pytest.fixture(scope="module")
def secure() -> Iterator[MockServer]:
    with MockServer(https_port=0) as mock:
        yield mock


@pytest.fixture
def customer(secure: MockServer) -> MockAccount:
    return secure.account()


def exchange(mock: MockServer, request: bytes, *, tls: bool = False) -> str:
    """Send bytes as they stand; the result in an answer that must have the documented shape (H1)."""
    address = urlsplit(mock.https_url if tls else mock.url)
    with contextlib.ExitStack() as stack:
        sock = stack.enter_context(socket.create_connection((address.hostname, address.port), timeout=20))
        if tls:
            trusting = ssl.create_default_context(cafile=mock.ca_file)
            sock = stack.enter_context(trusting.wrap_socket(sock, server_hostname="127.0.0.1"))
        sock.sendall(request)
        answer = b""
        while b"</string>" not in answer:
            piece = sock.recv(65_536)
            assert piece, answer
            answer += piece
    match = ANSWER.fullmatch(answer)
    assert match, answer
    assert b"\r\ncontent-type: text/xml; charset=utf-8\r\n" in answer
    return match[1].decode()


def fields(customer: MockAccount) -> dict[str, str]:
    return {"userCode": customer.user_code, "userPass": customer.user_pass, "DesNo": PHONE, "Msg": TEXT}


def escaped(customer: MockAccount) -> str:
    """As URLEncoder and UrlEncodedFormEntity write it."""
    return "&".join(f"{name}={quote_plus(value)}" for name, value in fields(customer).items())


def unescaped(customer: MockAccount) -> str:
    """As the sample's getParamStr joins its HashMap: in any order, and nothing escaped."""
    return "&".join(f"{name}={value}" for name, value in reversed({**fields(customer), "smsType": "101"}.items()))


def posted(path: str, headers: str, body: bytes) -> bytes:
    return f"POST {path} HTTP/1.1\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


def accepted(customer: MockAccount, answer: str, door: str) -> tuple[str, ...]:
    """The notes on a send that must have been accepted with the sample's text."""
    (message,) = customer.messages
    assert (message.batch_number, message.phone, message.text, message.door) == (answer, PHONE, TEXT, door)
    return customer.journal[-1].notes


@pytest.mark.parametrize("tls", [False, True])
def test_http_post(secure, customer, tls):
    """H1, H2, A1, A5: HttpClient with a UrlEncodedFormEntity in UTF-8."""
    headers = f"Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n{HTTPCLIENT}"
    answer = exchange(secure, posted(PATH, headers, escaped(customer).encode()), tls=tls)
    assert accepted(customer, answer, "post") == ()


@pytest.mark.parametrize("tls", [False, True])
def test_http_get(secure, customer, tls):
    """H1, H2, A1, A5: HttpClient with URLEncoder."""
    answer = exchange(secure, f"GET {PATH}?{escaped(customer)} HTTP/1.1\r\n{HTTPCLIENT}\r\n".encode(), tls=tls)
    assert accepted(customer, answer, "get") == ()


@pytest.mark.parametrize("tls", [True, False])
def test_https_post(secure, customer, tls):
    """H1, H2, H3, A2, A5: HttpsURLConnection, the form unescaped in UTF-8."""
    headers = f"{JAVA}Connection: keep-alive\r\nContent-type: application/x-www-form-urlencoded\r\n"
    answer = exchange(secure, posted(PATH, headers, unescaped(customer).encode("utf-8")), tls=tls)
    assert accepted(customer, answer, "post") == ()


@pytest.mark.parametrize("tls", [True, False])
@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
@pytest.mark.parametrize("path", [PATH, PATH + " "], ids=["path", "path with the sample's blank"])
def test_https_get(secure, customer, path, charset, tls):
    """H1, H2, H3, A2, A5: HttpsURLConnection, the parameters unescaped in the request line; each mistake is noted."""
    request = f"GET {path}?{unescaped(customer)} HTTP/1.1\r\n{BROWSER}Host: 118.178.116.15:8443\r\nConnection: keep-alive\r\n\r\n"
    notes = accepted(customer, exchange(secure, request.encode(charset), tls=tls), "get")
    words = ["percent-encode", *(["blank"] if path.endswith(" ") else []), *(["GBK"] if charset == "gbk" else [])]
    assert [word for word, note in zip(words, notes, strict=True) if word not in note] == []


def test_a_failure_looks_like_a_result(secure, customer):
    """H1, R10."""
    body = f"userCode={customer.user_code}&userPass=wrong&DesNo={PHONE}&Msg={TEXT}".encode()
    assert exchange(secure, posted(PATH, f"{JAVA}Content-type: application/x-www-form-urlencoded\r\n", body), tls=True) == "-3"


SENDER = """
import java.io.*; import java.net.*; import java.security.*; import java.security.cert.*; import javax.net.ssl.*;
public class Sender {
    public static void main(String[] given) throws Exception {
        String parameters = new String(System.in.readAllBytes(), "UTF-8");
        boolean post = given[0].equals("POST");
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(new FileInputStream(given[2])));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("SSL");
        context.init(null, trust.getTrustManagers(), null);
        URL url = new URL(post ? given[1] : given[1] + "?" + parameters);
        HttpsURLConnection connection = (HttpsURLConnection) url.openConnection();
        connection.setSSLSocketFactory(context.getSocketFactory());
        connection.setDoOutput(true);
        connection.connect();
        if (post) {
            DataOutputStream out = new DataOutputStream(connection.getOutputStream());
            out.write(parameters.getBytes("UTF-8"));
            out.close();
        }
        System.out.print(new String(connection.getInputStream().readAllBytes(), "UTF-8"));
    }
}
"""


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that runs it."""
    folder = tmp_path_factory.mktemp("java")
    (folder / "Sender.java").write_text(SENDER)
    subprocess.run(["javac", "Sender.java"], cwd=folder, check=True, timeout=120)
    return ["java", "-cp", str(folder), "-Djava.net.useSystemProxies=false"]


@pytest.mark.skipif(shutil.which("javac") is None, reason="no JDK")
@pytest.mark.parametrize(("method", "charset"), [("POST", "UTF-8"), ("GET", "UTF-8"), ("GET", "GBK")])
def test_java_itself(secure, customer, sender, method, charset):
    """H1, H3, A2: HttpsURLConnection as the samples use it, but for its trust in any certificate: it verifies the mock's."""
    command = [*sender, f"-Dfile.encoding={charset}", "Sender", method, f"{secure.https_url}{PATH} ", str(secure.ca_file)]
    done = subprocess.run(command, input=unescaped(customer).encode(), capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    match = re.fullmatch(r'<\?xml [^>]*><string xmlns="http://tempuri\.org/">([0-9]{19})</string>', done.stdout.decode())
    assert match, done.stdout
    assert len(accepted(customer, match[1], method.lower())) == {"POST": 0, "GET": 2 + (charset == "GBK")}[method]
