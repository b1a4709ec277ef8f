"""Plain zeep on the SDK's transport: the same calls and faults, but evidence, one try and silent logs."""

from __future__ import annotations

import logging
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import zeep
import zeep.exceptions

import winnerlook
from tests.client.on_zeep import GOOD, PATH, PERSONAL, PHONE, SEND, TEXT, WSDL, service_at, words
from tests.client.raw_server import ENVELOPES, RawServer, answering, http, read_request, reset
from winnerlook import CallTimeoutError, Certainty, ConnectError, ConnectionLostError, TransportError, encryption, zeep_transport
from winnerlook._transport import mapping
from winnerlook.operations import ALL

ports = pytest.mark.parametrize("port", ["triggerSoap", "triggerSoap12"])


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
    told = words(caught.value) + caplog.text
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
    told = words(error) + caplog.text
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
        assert service_at(server.url, transport, extra_http_headers={"X-Trace": "1", "user-agent": "other"}).SendMsg(**SEND)
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
    told = words(caught.value) + caplog.text
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


def test_it_is_public():
    assert winnerlook.zeep_transport is zeep_transport
