"""On Windows asyncio's loop (the Proactor) watches no file descriptors and handles no signals: client and mock do without."""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlsplit

import pytest

from winnerlook import AsyncClient
from winnerlook_mock import MockServer


class Lacking(asyncio.SelectorEventLoop):
    """This system's loop without what the Proactor has not."""

    def add_reader(self, *_):
        raise NotImplementedError

    remove_reader = add_writer = remove_writer = add_signal_handler = remove_signal_handler = add_reader


@pytest.fixture
def lacking(monkeypatch):
    made = []

    def new() -> Lacking:
        made.append(Lacking())
        return made[-1]

    monkeypatch.setattr("asyncio.events.new_event_loop", new)
    monkeypatch.setattr("winnerlook_mock.background._OWN_LOOP", new)
    return made


def test_client_and_mock_do_without_what_windows_lacks(lacking):
    async def send(account, url, ca_file=None):
        async with AsyncClient(account.user_code, account.user_pass, endpoint=url, ca_file=ca_file) as sms:
            await sms.send("13900000000", "text")
            async with sms.follow(interval=0.01, replies=False) as following:
                return await anext(following)

    with MockServer(https_port=0) as mock:
        for url, ca_file in ((mock.url, None), (mock.https_url, mock.ca_file)):
            report = asyncio.run(send(mock.account(balance=1), url, ca_file))
            assert report.status == "DELIVRD"
        ports = [urlsplit(url).port for url in (mock.url, mock.https_url)]
        assert len(lacking) == 3
    assert mock._running._failure is None  # it stopped as it should, not by an error
    for port in ports:
        with socket.create_server(("127.0.0.1", port)):  # it is free again
            pass
