"""Plain zeep on the SDK's transport: the same calls and faults, but timeouts, evidence and silent logs."""

from __future__ import annotations

import asyncio
import io
import logging
import socket
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import trustme
import zeep
import zeep.exceptions

import winnerlook
from tests.client.raw_server import ENVELOPES, RawServer, answering, envelope, http, read_request, reset
from tests.client.tls.tls_server import Certificate, TlsServer
from winnerlook import (
    CallTimeoutError, Certainty, CertificateError, ConfigurationError, ConnectError, ConnectionLostError, HttpStatusError, TransportError,
    encryption, zeep_transport,
)
from winnerlook._transport import mapping
from winnerlook._transport.sync import SyncTransport
from winnerlook._wire import WireAnswer
from winnerlook.operations import ALL, BY_NAME
from winnerlook.wsdl import read as read_wsdl

PHONE = "13987654321"
TEXT = "text-tag &<【测试】"
WSDL = "/winnerrxd/api/ws/trigger?wsdl"
PATH = "/winnerrxd/api/ws/trigger"
GOOD = envelope("SendMsg", "2200001476358475197")
SEND = {"userCode": "user-tag", "userPass": "pass-tag", "DesNo": PHONE, "Msg": TEXT}
PERSONAL = ("user-tag", "pass-tag", PHONE, "text-tag")
ports = pytest.mark.parametrize("port", ["triggerSoap", "triggerSoap12"])


def service_at(url: str, transport: Any, port: str = "triggerSoap", **settings: Any) -> Any:
    """The packaged WSDL's port at another address."""
    client = zeep.Client(io.BytesIO(read_wsdl()), transport=transport, settings=zeep.Settings(**settings))
    return client.create_service(f"{{http://tempuri.org/}}{port}", url + PATH)


def failure(server: RawServer, **options: Any) -> TransportError:
    with zeep_transport(**options) as transport, pytest.raises(TransportError) as caught:
        service_at(server.url, transport).SendMsg(**SEND)
    return caught.value


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def transport():
    with zeep_transport(total_timeout=20) as made:
        yield made


@ports
@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
def test_every_operation_over_both_ports(mock, account, transport, port, operation):
    """O1-O12, S1-S4: the WSDL comes from the mock over the same transport; each answers the document's own sample."""
    account.configure(replay=True)
    service = zeep.Client(mock.url + WSDL, transport=transport).bind("trigger", port)
    parameters: dict[str, Any] = {p.name: 101 if p.type is int else "x" for p in operation.parameters}
    parameters["userCode"] = account.user_code
    if operation.submit_info:
        parameters["submitInfo"] = encryption.encrypt(encryption.poll_plaintext(account.user_pass), account.user_pass)
    else:
        parameters["userPass"] = account.user_pass
    assert service[operation.name](**parameters) == operation.sample_result


@ports
def test_a_text_arrives_to_the_letter(mock, account, transport, port):
    service = zeep.Client(mock.url + WSDL, transport=transport).bind("trigger", port)
    batch = service.SendMsg(**{**SEND, "userCode": account.user_code, "userPass": account.user_pass})
    (message,) = account.messages
    assert (message.batch_number, message.phone, message.text) == (batch, PHONE, TEXT)


@ports
def test_faults_stay_zeeps(mock, transport, port):
    """S5."""
    client = zeep.Client(mock.url + WSDL, transport=transport)
    service = client.bind("trigger", port)
    message = client.create_message(service, "SendMsg", userCode="u")
    message[0][0].tag = "{http://tempuri.org/}NoSuchOperation"
    media_type = "text/xml" if port == "triggerSoap" else "application/soap+xml"
    response = transport.post_xml(mock.url + PATH, message, {"Content-Type": media_type})
    with pytest.raises(zeep.exceptions.Fault) as caught:
        service._binding.process_reply(client, service._binding.get("SendMsg"), response)
    assert caught.value.code.split(":")[1] in {"Client", "Sender"}


def test_a_fault_with_status_500_is_a_fault(transport):
    fault = "<faultcode>s:Server</faultcode><faultstring>no</faultstring>"
    body = f'<s:Envelope xmlns:s="{ENVELOPES["soap11"]}"><s:Body><s:Fault>{fault}</s:Fault></s:Body></s:Envelope>'
    with RawServer(answering(http(body.encode(), status="500 Internal Server Error"))) as server:
        with pytest.raises(zeep.exceptions.Fault) as caught:
            service_at(server.url, transport).SendMsg(**SEND)
    assert (caught.value.code, caught.value.message) == ("s:Server", "no")


def test_a_raw_response_is_one_of_requests(transport):
    with RawServer(answering(http(b"<later/>", status="503 Service Unavailable"))) as server:
        response = service_at(server.url, transport, raw_response=True).SendMsg(**SEND)
    assert (response.status_code, response.content, response.text, response.ok) == (503, b"<later/>", "<later/>", False)
    assert response.headers["content-type"] == "text/xml; charset=utf-8"
    assert response.encoding == "utf-8"


@pytest.mark.parametrize(("status", "body"), [("503 Service Unavailable", b""), ("302 Found", b""), ("200 OK", b"pass-tag & 13987654321")])
def test_what_is_no_envelope_is_zeeps_error_without_the_answers_words(transport, caplog, status, body):
    """L2. A redirect ends here too."""
    with RawServer(answering(GOOD)) as other, RawServer(answering(http(body, status=status, extra=f"Location: {other.url}\r\n"))) as server:
        with caplog.at_level(logging.DEBUG), pytest.raises(zeep.exceptions.TransportError) as caught:
            service_at(server.url, transport).SendMsg(**SEND)
        assert (server.connections, other.connections) == (1, 0)
    assert caught.value.status_code == int(status[:3])
    assert (caught.value.content or b"") == body
    told = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert not [secret for secret in PERSONAL if secret in told]


class Hostile:
    """Ways to deal with a request once it was read. Those that hold on do so until they are released."""

    released = threading.Event()

    def close(self, _connection: socket.socket) -> None:
        pass

    def reset(self, connection: socket.socket) -> None:
        reset(connection)

    def cut_short(self, connection: socket.socket) -> None:
        connection.sendall(GOOD[:-20])

    def not_http(self, connection: socket.socket) -> None:
        connection.sendall(b"220 smtp.example ready\r\n")

    def silence(self, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Le")
        self.released.wait(10)

    def trickle(self, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not self.released.wait(0.01):
            connection.sendall(b"X-Slow: yes\r\n")


@pytest.mark.parametrize(
    ("way", "kind", "options"),
    [
        ("close", ConnectionLostError, {}),
        ("reset", ConnectionLostError, {}),
        ("cut_short", ConnectionLostError, {}),
        ("not_http", ConnectionLostError, {}),
        ("silence", CallTimeoutError, {"read_timeout": 0.1}),
        ("trickle", CallTimeoutError, {"total_timeout": 0.3}),
    ],
)
def test_hostile_answers_are_our_errors(way, kind, options, caplog):
    """C9: the request had left, once, so its outcome is unknown."""
    hostile, requests = Hostile(), []
    hostile.released = threading.Event()

    def behaviour(connection: socket.socket) -> None:
        requests.append(read_request(connection))
        getattr(hostile, way)(connection)

    with RawServer(behaviour) as server, caplog.at_level(logging.DEBUG):
        begun = time.monotonic()
        error = failure(server, **options)
        hostile.released.set()
    assert time.monotonic() - begun < 9
    assert type(error) is kind
    assert (error.certainty, error.operation) == (Certainty.UNKNOWN, "SendMsg")
    assert error.evidence.request_complete
    assert len(requests) == 1
    told = "".join(traceback.format_exception(error)) + caplog.text
    assert not [secret for secret in PERSONAL if secret in told]


def test_a_refused_connection_is_not_sent(transport):
    with pytest.raises(ConnectError) as caught:
        service_at(f"http://127.0.0.1:{free_port()}", transport, "triggerSoap12").SendMsg(**SEND)
    assert (caught.value.certainty, caught.value.operation) == (Certainty.NOT_SENT, "SendMsg")


def test_an_endless_answer_is_given_up(transport, monkeypatch):
    monkeypatch.setattr(mapping, "LONGEST_ANSWER", 1000)
    with RawServer(answering(http(b"x" * 1001))) as server, pytest.raises(ConnectionLostError, match="longer than 1000 bytes"):
        service_at(server.url, transport).SendMsg(**SEND)


def test_proxies_and_netrc_in_the_environment_are_not_asked(transport, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login user password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    heads = []

    def behaviour(connection: socket.socket) -> None:
        heads.append(read_request(connection))
        connection.sendall(GOOD)

    with RawServer(behaviour) as server:
        assert service_at(server.url, transport, extra_http_headers={"X-Trace": "1", "User-Agent": "other"}).SendMsg(**SEND)
    head = heads[0].partition(b"\r\n\r\n")[0].lower()
    assert b"\r\nx-trace: 1" in head
    assert b'\r\nsoapaction: "http://tempuri.org/sendmsg"' in head
    assert b"authorization" not in head
    assert head.count(b"user-agent:") == 1
    assert b"user-agent: winnerlook/" in head


def test_a_name_and_password_in_the_address_are_sent_and_not_told(transport, caplog):
    """As requests does it."""
    heads = []

    def behaviour(connection: socket.socket) -> None:
        heads.append(read_request(connection))

    with RawServer(behaviour) as server, caplog.at_level(logging.DEBUG), pytest.raises(ConnectionLostError) as caught:
        service_at(server.url.replace("//", "//user-tag:pass-tag@"), transport).SendMsg(**SEND)
    assert b"Authorization: Basic dXNlci10YWc6cGFzcy10YWc=" in heads[0]
    told = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert not [secret for secret in PERSONAL if secret in told]


@ports
def test_debug_logs_hold_nothing_personal(mock, account, port, caplog):
    """L2: zeep's own transport logs whole envelopes."""
    with caplog.at_level(logging.DEBUG), zeep_transport() as transport:
        service = zeep.Client(mock.url + WSDL, transport=transport).bind("trigger", port)
        service.SendMsg(**{**SEND, "userCode": account.user_code, "userPass": account.user_pass})
        account.reply(PHONE, TEXT)
        assert PHONE in service.GetMoConnect(account.user_code, account.user_pass)
    assert "SendMsg by zeep to http://127.0.0.1" in caplog.text
    assert not [secret for secret in (account.user_code, account.user_pass, *PERSONAL) if secret in caplog.text]


def test_threads_share_it(mock, account, transport):
    service = zeep.Client(mock.url + WSDL, transport=transport).service

    def send(number: int) -> tuple[str, str]:
        phone = f"139{number:08}"
        return phone, service.SendMsg(account.user_code, account.user_pass, phone, TEXT)

    with ThreadPoolExecutor(8) as pool:
        sent = dict(pool.map(send, range(80)))
    assert {message.phone: message.batch_number for message in account.messages} == sent


def test_connections_are_kept(transport):
    with RawServer(answering(GOOD)) as server:
        service = service_at(server.url, transport)
        for _ in range(3):
            service.SendMsg(**SEND)
        service_at(server.url, transport, "triggerSoap12").SendMsg  # noqa: B018  # the same endpoint
        assert server.connections == 1
        assert len(transport._transports) == 1


class TestTimeout:
    @pytest.fixture
    def deadlines(self, monkeypatch) -> list[tuple[float, float, float]]:
        seen: list[tuple[float, float, float]] = []

        def exchange(_self: SyncTransport, step: Any) -> WireAnswer:
            seen.append((step.deadline.for_connect, step.deadline.for_read, round(step.deadline.left)))
            return WireAnswer(200, "text/xml", GOOD.partition(b"\r\n\r\n")[2])

        monkeypatch.setattr(SyncTransport, "exchange", exchange)
        return seen

    @pytest.fixture
    def call(self) -> Callable[[], None]:
        self.transport = zeep_transport(connect_timeout=1, read_timeout=2, total_timeout=10)
        return lambda: service_at("http://127.0.0.1:1", self.transport).SendMsg(**SEND)

    def test_a_block_has_its_own(self, call, deadlines):
        call()
        with self.transport.settings(timeout=100):
            call()
            with self.transport.settings(timeout=(3, None)):
                call()
            with self.transport.settings():
                call()
            call()
        assert deadlines == [(1, 2, 10), (100, 100, 100), (3, 2, 10), (1, 2, 10), (100, 100, 100)][: len(deadlines)] or [
            tuple(round(value) for value in deadline) for deadline in deadlines
        ] == [(1, 2, 10), (100, 100, 100), (3, 2, 10), (1, 2, 10), (100, 100, 100)]

    def test_it_ends_with_the_block_even_by_an_error(self, call, deadlines):
        with pytest.raises(KeyError), self.transport.settings(timeout=3):
            raise KeyError
        call()
        assert deadlines == [(1, 2, 10)]

    def test_other_threads_and_tasks_do_not_see_it(self, call, deadlines):
        async def task() -> None:
            await asyncio.to_thread(call)

        async def tasks() -> None:
            with self.transport.settings(timeout=3):
                inside = asyncio.create_task(task())
            await inside
            await task()

        with self.transport.settings(timeout=3), ThreadPoolExecutor(1) as pool:
            pool.submit(call).result()
        asyncio.run(tasks())
        assert [deadline[2] for deadline in deadlines] == [10, 3, 10]

    def test_zeeps_attributes_are_for_all(self, call, deadlines):
        self.transport.operation_timeout, self.transport.load_timeout = 3, 4
        call()
        self.transport.load("http://127.0.0.1:1/x.wsdl")
        assert [deadline[2] for deadline in deadlines] == [3, 4]

    def test_it_is_kept(self):
        released = threading.Event()
        with RawServer(lambda connection: read_request(connection) and released.wait(10) and None) as server, zeep_transport() as transport:
            with transport.settings(timeout=0.1), pytest.raises(CallTimeoutError) as caught:
                service_at(server.url, transport).SendMsg(**SEND)
            released.set()
        assert caught.value.certainty is Certainty.UNKNOWN

    @pytest.mark.parametrize("name", ["connect_timeout", "read_timeout", "total_timeout"])
    def test_wrong_ones_are_refused(self, name):
        with pytest.raises(ConfigurationError, match=name):
            zeep_transport(**{name: 0})


class TestLoading:
    @pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"])
    def test_a_redirect_is_refused(self, transport, status):
        with RawServer(answering(http(read_wsdl()))) as other:
            redirect = http(b"", status=status, extra=f"Location: {other.url}{WSDL}\r\n")
            with RawServer(answering(redirect)) as server, pytest.raises(HttpStatusError, match="not followed") as caught:
                zeep.Client(server.url + WSDL, transport=transport)
            assert other.connections == 0
        assert (caught.value.status, caught.value.certainty, caught.value.operation) == (int(status[:3]), Certainty.NOT_SENT, None)
        assert f"GET {server.url}{WSDL}" in str(caught.value)

    @pytest.mark.parametrize("status", ["404 Not Found", "204 No Content", "500 Internal Server Error"])
    def test_nothing_but_200_will_do(self, transport, status):
        with RawServer(answering(http(read_wsdl(), status=status))) as server, pytest.raises(HttpStatusError) as caught:
            zeep.Client(f"{server.url}/x?token=secret-tag", transport=transport)
        assert caught.value.status == int(status[:3])
        assert "secret-tag" not in str(caught.value)

    def test_an_endless_document_is_given_up(self, transport, monkeypatch):
        monkeypatch.setattr(mapping, "LONGEST_ANSWER", 1000)
        with RawServer(answering(http(read_wsdl()))) as server, pytest.raises(ConnectionLostError, match="longer than 1000 bytes"):
            zeep.Client(server.url + WSDL, transport=transport)

    def test_a_lost_connection_is_ours_and_sent_no_call(self, transport, caplog):
        with RawServer(lambda connection: read_request(connection) and None) as server, caplog.at_level(logging.DEBUG, logger="urllib3"):
            with pytest.raises(ConnectionLostError) as caught:
                zeep.Client(f"{server.url}/x?token=secret-tag", transport=transport)
        assert (caught.value.certainty, caught.value.evidence.request_complete) == (Certainty.NOT_SENT, True)
        assert str(caught.value).startswith(f"GET {server.url}/x?…: lost the connection")
        assert caplog.text == ""

    def test_schemas_come_the_same_way(self, transport):
        schema, wsdl = split_wsdl()
        requests = []

        def behaviour(connection: socket.socket) -> None:
            while request := read_request(connection):
                requests.append(request.split(b" ")[1])
                connection.sendall(http(schema if b".xsd" in request else wsdl))

        with RawServer(behaviour) as server:
            client = zeep.Client(f"{server.url}/trigger.wsdl", transport=transport)
            assert server.connections == 1
        assert requests == [b"/trigger.wsdl", b"/trigger.xsd"]
        assert set(client.wsdl.services["trigger"].ports["triggerSoap"].binding._operations) == set(BY_NAME)

    def test_files_are_read(self, transport, tmp_path: Path):
        path = tmp_path / "with space" / "trigger.wsdl"
        path.parent.mkdir()
        path.write_bytes(read_wsdl())
        for location in (str(path), path.as_uri()):
            assert transport.load(location) == read_wsdl()
            assert zeep.Client(location, transport=transport).service
        with pytest.raises(FileNotFoundError):
            transport.load(str(tmp_path / "none.wsdl"))
        with pytest.raises(ValueError, match="No url"):
            transport.load("")


def split_wsdl() -> tuple[bytes, bytes]:
    """The packaged WSDL with its schema in a file of its own."""
    wsdl = read_wsdl()
    begin, end = wsdl.index(b"<s:schema"), wsdl.index(b"</s:schema>") + len(b"</s:schema>")
    schema = wsdl[begin:end].replace(b"<s:schema", b'<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema" xmlns:tns="http://tempuri.org/"', 1)
    reference = b'<s:schema><s:import namespace="http://tempuri.org/" schemaLocation="trigger.xsd"/></s:schema>'
    return schema, wsdl[:begin] + reference + wsdl[end:]


PLAIN_WSDL = """<?xml version="1.0"?>
<d:definitions xmlns:d="http://schemas.xmlsoap.org/wsdl/" xmlns:h="http://schemas.xmlsoap.org/wsdl/http/" xmlns:t="urn:t"
    xmlns:m="http://schemas.xmlsoap.org/wsdl/mime/" xmlns:s="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t">
  <d:message name="in"><d:part name="userPass" type="s:string"/><d:part name="Msg" type="s:string"/></d:message>
  <d:message name="out"><d:part name="body" type="s:string"/></d:message>
  <d:portType name="p"><d:operation name="{operation}"><d:input message="t:in"/><d:output message="t:out"/></d:operation></d:portType>
  <d:binding name="b" type="t:p"><h:binding verb="{verb}"/>
    <d:operation name="{operation}"><h:operation location="/{operation}"/>
      <d:input>{input}</d:input><d:output><m:mimeXml part="body"/></d:output>
    </d:operation>
  </d:binding>
  <d:service name="s"><d:port name="p" binding="t:b"><h:address location="{url}/base"/></d:port></d:service>
</d:definitions>"""
ENCODED = "<h:urlEncoded/>"
FORM = '<m:content type="application/x-www-form-urlencoded"/>'


class TestPlainBindings:
    def client(self, url: str, transport: Any, **form: str) -> Any:
        return zeep.Client(io.BytesIO(PLAIN_WSDL.format(url=url, **form).encode()), transport=transport).service

    def served(self, transport: Any, **form: str) -> tuple[str, bytes]:
        seen = []

        def behaviour(connection: socket.socket) -> None:
            seen.append(read_request(connection))
            connection.sendall(http(b"<string>22</string>"))

        with RawServer(behaviour) as server:
            result = self.client(server.url, transport, **form)[form["operation"]](userPass="pass-tag", Msg=TEXT)
        return result, seen[0]

    def test_get_carries_its_query_and_logs_none(self, transport, caplog):
        with caplog.at_level(logging.DEBUG):
            result, request = self.served(transport, operation="Other", verb="GET", input=ENCODED)
        assert result == "22"
        assert request.startswith(b"GET /base/Other?userPass=pass-tag&Msg=text-tag+%26%3C%E3%80%90")
        assert not [secret for secret in PERSONAL if secret in caplog.text]

    def test_post_carries_its_form(self, transport, caplog):
        with caplog.at_level(logging.DEBUG):
            result, request = self.served(transport, operation="Other", verb="POST", input=FORM)
        assert result == "22"
        assert request.startswith(b"POST /base/Other HTTP/1.1")
        assert b"pass-tag" in request.partition(b"\r\n\r\n")[2]
        assert not [secret for secret in PERSONAL if secret in caplog.text]

    @pytest.mark.parametrize(("operation", "named"), [("Other", None), ("SendMsg", "SendMsg")])
    def test_errors_hold_no_query(self, transport, caplog, operation, named):
        with RawServer(lambda connection: read_request(connection) and None) as server, caplog.at_level(logging.DEBUG):
            with pytest.raises(ConnectionLostError) as caught:
                self.client(server.url, transport, operation=operation, verb="GET", input=ENCODED)[operation]("pass-tag", TEXT)
        assert caught.value.operation == named
        assert str(caught.value).startswith(f"{named or 'the GET'}: lost the connection to {server.url}")
        told = "".join(traceback.format_exception(caught.value)) + caplog.text
        assert not [secret for secret in PERSONAL if secret in told]


class TestTls:
    @pytest.fixture(scope="class")
    def ca(self) -> trustme.CA:
        return trustme.CA()

    @pytest.fixture(scope="class")
    def certificate(self, ca) -> Certificate:
        return Certificate.issued(ca)

    def test_what_is_not_trusted_gets_nothing(self, certificate, transport):
        with TlsServer(certificate.context()) as server, pytest.raises(CertificateError) as caught:
            service_at(server.url, transport).SendMsg(**SEND)
        assert caught.value.certainty is Certainty.NOT_SENT
        assert server.seen == b""

    def test_trusted_by_its_authority_or_its_pin(self, ca, certificate, tmp_path):
        ca.cert_pem.write_to_path(tmp_path / "ca.pem")
        for options in ({"ca_file": tmp_path / "ca.pem"}, {"pin_sha256": certificate.fingerprint}):
            with TlsServer(certificate.context()) as server, zeep_transport(**options) as transport:
                assert service_at(server.url, transport).SendMsg(**SEND) == "2200001476358475197"


def test_after_close_nothing_is_sent(transport):
    with RawServer(answering(GOOD)) as server, RawServer(answering(GOOD)) as other:
        service_at(server.url, transport).SendMsg(**SEND)
        transport.close()
        for url in (server.url, other.url):
            with pytest.raises(ConnectError) as caught:
                service_at(url, transport).SendMsg(**SEND)
            assert caught.value.certainty is Certainty.NOT_SENT
        assert other.connections == 0


def test_leaving_zeeps_client_closes_it(transport):
    with zeep.Client(io.BytesIO(read_wsdl()), transport=transport):
        pass
    with pytest.raises(ConnectError):
        service_at("http://127.0.0.1:1", transport).SendMsg(**SEND)


def test_a_session_is_refused_rather_than_ignored(transport):
    with pytest.raises(ConfigurationError, match="ca_file"):
        transport.session.verify = False


@pytest.mark.parametrize("address", ["", "gateway/x", "ftp://gateway/pass-tag", "http://[::1/pass-tag", "http://", "file:///etc/pass-tag"])
def test_wrong_addresses_are_refused(transport, address):
    with pytest.raises(ConfigurationError) as caught:
        transport.post(address, b"x", {})
    assert "pass-tag" not in str(caught.value)


def test_wrong_headers_are_refused(transport):
    with pytest.raises(ConfigurationError) as caught:
        transport.post("http://127.0.0.1:1/", b"x", {"Authorization": "pass-tag\r\nX: y"})
    assert "pass-tag" not in "".join(traceback.format_exception(caught.value))


def test_it_is_public():
    assert winnerlook.zeep_transport is zeep_transport
