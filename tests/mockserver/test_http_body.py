"""Bodies within limits, called without a socket."""

from __future__ import annotations

import asyncio
import gzip
import time
import zlib
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winnerlook_mock import http_body
from winnerlook_mock.http_body import BodyLimits, BodyRefused, ClientGone

_LIMITS = BodyLimits(max_bytes=1000, stall_seconds=0.05)


def _raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


def _read(pieces: Iterable[bytes | None], headers: dict[str, str] | None = None, limits: BodyLimits = _LIMITS) -> bytes:
    """Read a body that comes in these pieces; None is the client's departure, and after the last piece nothing comes any more."""
    queue = list(pieces)
    last = len(queue)

    async def receive() -> dict[str, Any]:
        if not queue:
            await asyncio.Event().wait()
        piece = queue.pop(0)
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": bool(queue) or not last}

    fields = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    return asyncio.run(http_body.read({"headers": fields}, receive, limits))


def _refusal(*arguments: Any) -> BodyRefused:
    with pytest.raises(BodyRefused) as caught:
        _read(*arguments)
    return caught.value


def test_pieces_are_joined() -> None:
    """S2: a chunked body is whole."""
    assert _read([b"a", b"", b"bc", b""]) == b"abc"
    assert _read([b""]) == b""


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("x-gzip", gzip.compress), (" GZIP ", gzip.compress), ("deflate", zlib.compress), ("deflate", _raw_deflate),
     ("identity", bytes), ("", bytes), ("gzip", lambda data: gzip.compress(data[:3]) + gzip.compress(data[3:]))],
)
@settings(max_examples=20, deadline=None)
@given(data=st.binary(max_size=900))
def test_compressed_bodies_are_inflated(coding: str, pack: Any, data: bytes) -> None:
    """S2: gzip, in several members too, and deflate in both its readings."""
    assert _read([pack(data)], {"content-encoding": coding}) == data


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "gzip;q=1", "x"])
def test_an_unknown_coding_is_refused(coding: str) -> None:
    """S2: 415 before anything is read, naming what is supported."""
    refused = _refusal([], {"content-encoding": coding})
    assert (refused.status, refused.headers, refused.close) == (415, (("accept-encoding", "gzip, deflate"),), True)


@pytest.mark.parametrize(
    ("coding", "body"),
    [("gzip", b""), ("gzip", b"plain"), ("gzip", gzip.compress(b"a")[:-1]), ("gzip", gzip.compress(b"a") + b"x"), ("deflate", b""),
     ("deflate", b"\x78\x9c"), ("deflate", zlib.compress(b"a") + b"x"), ("deflate", b"\xff\xff"), ("deflate", b"x")],
    ids=range(9),  # gzip writes the time into its output
)
def test_a_body_that_is_not_so_compressed(coding: str, body: bytes) -> None:
    """S2: 400, and the connection may go on: the body was read."""
    refused = _refusal([body], {"content-encoding": coding})
    assert (refused.status, refused.close) == (400, False)


@pytest.mark.parametrize("length", ["1001", "99999999999999999999999999", "0" * 30])
def test_a_declared_size_is_refused_unread(length: str) -> None:
    """S2: 413 by Content-Length alone; a Content-Length that says nothing leaves it to the count."""
    if int(length):
        refused = _refusal([], {"content-length": length})
        assert (refused.status, refused.close) == (413, True)
    else:
        assert _read([b"a"], {"content-length": length}) == b"a"


def test_a_size_is_refused_as_soon_as_it_is_passed() -> None:
    """S2: what comes after the limit is not read."""
    assert _read([b"x" * 1000]) == b"x" * 1000
    read: list[int] = []

    def pieces() -> Iterable[bytes]:
        for i in range(20):
            read.append(i)
            yield b"x" * 100

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": next(source), "more_body": True}

    source = iter(pieces())
    with pytest.raises(BodyRefused) as caught:
        asyncio.run(http_body.read({"headers": []}, receive, _LIMITS))
    assert (caught.value.status, caught.value.close, len(read)) == (413, True, 11)


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", _raw_deflate)])
def test_a_bomb_is_refused_by_its_inflated_size(coding: str, pack: Any) -> None:
    """S2: the limit holds for what comes out, and no more than that is inflated."""
    limits = BodyLimits(max_bytes=100_000)
    assert len(_read([pack(b"\0" * 100_000)], {"content-encoding": coding}, limits)) == 100_000
    refused = _refusal([pack(b"\0" * 50_000_000)], {"content-encoding": coding}, limits)
    assert (refused.status, refused.close) == (413, False)
    if coding == "gzip":
        assert _refusal([gzip.compress(b"\0" * 60_000) * 2], {"content-encoding": coding}, limits).status == 413


@pytest.mark.parametrize(("members", "refused"), [(16, False), (17, True), (200_000, True)])
def test_gzip_in_many_members_costs_no_more_than_in_few(members: int, refused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """S2: 200 000 empty members fit into 4 MB, and each costs a copy of all that follow it."""
    made: list[int] = []
    inflater = zlib.decompressobj

    def counted(window: int) -> Any:
        made.append(window)
        return inflater(window)

    monkeypatch.setattr(zlib, "decompressobj", counted)
    pieces, headers = [gzip.compress(b"") * members], {"content-encoding": "gzip"}
    if refused:
        answer = _refusal(pieces, headers, BodyLimits())
        assert (answer.status, answer.close) == (400, False)
    else:
        assert _read(pieces, headers, BodyLimits()) == b""
    assert len(made) == 16


def test_a_stalled_body_times_out() -> None:
    """S2: 408 after the patience is spent, saying how much came."""
    refused = _refusal([])
    assert (refused.status, refused.close) == (408, True)


def test_a_body_in_drops_times_out() -> None:
    """S2: one byte at a time does not hold a connection for ever."""

    started = time.monotonic()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"x", "more_body": time.monotonic() - started < 10}

    with pytest.raises(BodyRefused) as caught:
        asyncio.run(http_body.read({"headers": []}, receive, BodyLimits(max_bytes=10**9, stall_seconds=0.01)))
    assert caught.value.status == 408


@pytest.mark.parametrize("pieces", [[None], [b"a", None]])
def test_a_client_that_leaves(pieces: list[bytes | None]) -> None:
    """S2: told apart from every error, since there is no one to answer."""
    with pytest.raises(ClientGone):
        _read([*pieces, b""])


def test_headers_are_joined() -> None:
    """S2: several values of one header are one list."""
    scope = {"headers": [(b"a", b"1"), (b"b", b"2"), (b"a", b" 3 ")]}
    assert http_body.header(scope, "a") == "1, 3"
    assert http_body.header(scope, "c") is None
