"""Offers of other protocols, and heads that do not end."""

from __future__ import annotations

import asyncio
import logging
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.mockserver.gateway.caller import PHONE
from tests.mockserver.plain.harness import exchange, value
from winnerlook.operations import PLAIN_PATH, SOAP_PATH
from winnerlook_mock import MockAccount, MockServer
from winnerlook_mock.http_body import NOTES
from winnerlook_mock.listener import PromptServer, bind

OFFERS = {
    "h2c": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n",
    "websocket": b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
    "last request": b"Connection: close, Upgrade\r\nupgrade: TLS/1.3\r\n",
}
FORM = f"userCode=demo&userPass=demo-pass&DesNo={PHONE}&Msg=x".encode()
PROGRAM = """
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

public class Offer {
    public static void main(String[] arguments) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        for (int at = 0; at < 2; at++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[0]))
                .header("Content-Type", "application/x-www-form-urlencoded").POST(BodyPublishers.ofString(arguments[1])).build();
            System.out.println(client.send(request, BodyHandlers.ofString()).statusCode());
        }
    }
}
"""


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer() as running:
        yield running


@pytest.fixture
def account(server: MockServer) -> MockAccount:
    return server.account("demo", "demo-pass")


def post(offer: bytes, body: bytes = FORM, length: bytes = b"Content-Length: %d") -> bytes:
    head = b"POST %sSendMsg HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n" % PLAIN_PATH.encode()
    return head + offer + (length % len(body) if b"%" in length else length) + b"\r\n\r\n" + body


@pytest.mark.parametrize("offer", OFFERS.values(), ids=OFFERS)
def test_an_offer_is_passed_over_and_the_request_served(
    server: MockServer, account: MockAccount, offer: bytes, caplog: pytest.LogCaptureFixture,
) -> None:
    """S2, H1: in HTTP/1.1, body included, and without a word in the log."""
    caplog.set_level(logging.DEBUG, "uvicorn")
    assert value(exchange(server.url, post(offer))) == account.messages[-1].batch_number
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(FORM), FORM)
    assert value(exchange(server.url, post(offer, chunked, b"Transfer-Encoding: chunked"))) == account.messages[-1].batch_number
    assert value(exchange(server.url, post(offer + b"Expect: 100-continue\r\n"))) == account.messages[-1].batch_number
    assert len(account.messages) == 3
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_an_offer_without_a_body_is_passed_over(server: MockServer) -> None:
    """A4: asking for the WSDL, as Java's URL loaders do."""
    answer = exchange(server.url, b"GET %s?wsdl HTTP/1.1\r\nHost: x\r\n" % SOAP_PATH.encode() + OFFERS["h2c"] + b"\r\n")
    assert answer.status == 200
    assert b"definitions" in answer.body


def served(requests: int, *pieces: bytes, head_seconds: float = 30.0) -> list[dict[str, Any]]:
    """What an application sees of so many requests that come in these pieces over one connection."""
    seen: list[dict[str, Any]] = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        body, message = b"", await receive()
        while message["type"] == "http.request":
            body += message["body"]
            if not message["more_body"]:
                break
            message = await receive()
        seen.append({**scope, "body": body})
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    async def client(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0)
        for _ in range(requests):
            await reader.readuntil(b"\r\n\r\nok")
        writer.close()

    run(client, app, head_seconds)
    return seen


def run(client: Callable[[int], Awaitable[None]], app: Any, head_seconds: float) -> None:
    async def both() -> None:
        started = asyncio.Event()
        sock = bind("127.0.0.1", 0)
        server = PromptServer(app, started.set, head_seconds=head_seconds)
        serving = asyncio.create_task(server.serve([sock]))
        try:
            async with asyncio.timeout(30):
                await started.wait()
                await client(sock.getsockname()[1])
        finally:
            server.stop()
            await serving
            sock.close()

    asyncio.run(both())


def test_many_offers_may_come_at_once() -> None:
    """S2: every request is served once, with its own body, however many stand in one packet."""
    bodies = [b"%d" % number for number in range(2000)]
    assert [request["body"] for request in served(len(bodies), b"".join(post(OFFERS["h2c"], body) for body in bodies))] == bodies


def test_an_offer_may_come_byte_by_byte() -> None:
    raw = post(OFFERS["h2c"])
    (request,) = served(1, *(raw[at:at + 1] for at in range(len(raw))))
    assert request["body"] == FORM
    assert b"upgrade" not in dict(request["headers"])


def test_what_was_mended_in_the_request_line_stays_noted() -> None:
    """H2: the note survives that the head is taken twice."""
    (request,) = served(1, b"GET /a?b=\xe4 c HTTP/1.1\r\nHost: x\r\n" + OFFERS["h2c"] + b"\r\n")
    assert request["query_string"] == b"b=%E4%20c"
    assert len(request[NOTES]) == 1


def test_a_tunnel_is_not_opened(server: MockServer, caplog: pytest.LogCaptureFixture) -> None:
    """CONNECT is no offer: it is answered, once, and what follows is not taken for a request."""
    assert exchange(server.url, b"CONNECT / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n\r\n").status != 200
    assert "WebSocket" not in caplog.text


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on this machine")
def test_curl_may_offer_http2(server: MockServer, account: MockAccount) -> None:
    """H1: ``curl --http2`` and a plain one alike."""
    for version in ("--http2", "--http1.1"):
        command = ["curl", "-sS", "--noproxy", "*", version, "--data-binary", FORM.decode(), f"{server.url}{PLAIN_PATH}SendMsg"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if "does not support" in done.stderr:
            pytest.skip("this curl was built without HTTP/2")
        assert account.messages[-1].batch_number in done.stdout, done.stderr
    assert len(account.messages) == 2


@pytest.mark.skipif(shutil.which("java") is None, reason="Java is not on this machine")
def test_javas_http_client_is_served_as_it_comes(server: MockServer, account: MockAccount, tmp_path: Path) -> None:
    """H1: java.net.http.HttpClient, which offers HTTP/2 unless it is told not to."""
    program = tmp_path / "Offer.java"
    program.write_text(PROGRAM)
    command = ["java", str(program), f"{server.url}{PLAIN_PATH}SendMsg", FORM.decode()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.split() == ["200", "200"], done.stderr
    assert len(account.messages) == 2


async def ok(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


WHOLE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("before", [b"", WHOLE, WHOLE + WHOLE])
@pytest.mark.parametrize("part", [b"P", b"POST /winn", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: 1", WHOLE[:-2]])
def test_a_head_that_does_not_end_is_given_up(before: bytes, part: bytes) -> None:
    """S2: 408 and a closed connection, for the first request and for later ones."""

    async def client(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(before + part)
        answers = await reader.read()
        assert answers.count(b"HTTP/1.1 200") == before.count(WHOLE)
        assert answers.count(b"HTTP/1.1 408") == 1
        writer.close()

    run(client, ok, 0.3)


def test_a_connection_that_says_nothing_is_closed_without_an_answer() -> None:
    """An answer to nothing would be taken for the answer to what comes next."""

    async def client(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await reader.read() == b""
        writer.close()

    run(client, ok, 0.1)


@pytest.mark.parametrize("extra", [b"", b"\r\n"])
def test_an_idle_connection_stays_open(extra: bytes) -> None:
    """Pooled connections outlive the limit; some old clients send a line end behind a body."""

    async def client(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(WHOLE)
        await reader.readuntil(b"\r\n\r\nok")
        writer.write(extra)
        given_up, other = await asyncio.open_connection("127.0.0.1", port)
        other.write(b"GET")
        assert (await given_up.read()).startswith(b"HTTP/1.1 408")
        writer.write(WHOLE)
        assert (await reader.readuntil(b"\r\n\r\nok")).startswith(b"HTTP/1.1 200")
        writer.close()
        other.close()

    run(client, ok, 0.3)


def test_a_request_under_way_may_take_longer_than_its_head_may() -> None:
    """The limit is the head's; what is being answered is not cut off, even when the next head has begun."""
    release = asyncio.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await release.wait()
        await ok(scope, receive, send)

    async def client(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(WHOLE + b"GET")
        given_up, other = await asyncio.open_connection("127.0.0.1", port)
        other.write(b"GET")
        assert (await given_up.read()).startswith(b"HTTP/1.1 408")
        release.set()
        assert (await reader.read()).count(b"HTTP/1.1 ") == 2
        writer.close()
        other.close()

    run(client, slow, 0.3)
