"""How long zeep's calls may take on the SDK's transport, whom it trusts, and what it refuses."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import trustme
import zeep
from winnerlook.wsdl import read as read_wsdl

from tests.client.on_zeep import BATCH, GOOD, SEND, service_at, words
from tests.client.raw_server import RawServer, answering, read_request
from tests.client.tls.tls_server import Certificate, TlsServer
from winnerlook import CallTimeoutError, Certainty, CertificateError, ConfigurationError, ConnectError, zeep_transport
from winnerlook._transport.sync import SyncTransport
from winnerlook._wire import WireAnswer


@pytest.fixture
def transport():
    with zeep_transport(total_timeout=20) as made:
        yield made


class TestTimeout:
    @pytest.fixture
    def deadlines(self, monkeypatch) -> list[tuple[int, int, int]]:
        seen: list[tuple[int, int, int]] = []

        def exchange(_self: SyncTransport, step: Any) -> WireAnswer:
            seen.append((round(step.deadline.for_connect), round(step.deadline.for_read), round(step.deadline.left)))
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
        assert deadlines == [(1, 2, 10), (100, 100, 100), (3, 2, 10), (1, 2, 10), (100, 100, 100)]

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


class TestTls:
    @pytest.fixture
    def ca(self) -> trustme.CA:
        return trustme.CA()

    @pytest.fixture
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
                assert service_at(server.url, transport).SendMsg(**SEND) == BATCH


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
    assert "pass-tag" not in words(caught.value)
