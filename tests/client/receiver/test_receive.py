"""One request, from its address to its answer, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tests.client.receiver.bodies import PATH, SECRET, Held, Kept, in_thread, push, reply, report
from winnerlook import ConfigurationError
from winnerlook.receiver import Answer, MemoryStore, Push, PushType, Receiver

JSON = "application/json"


def answer_to(receiver: Receiver, body: bytes, *, method: str = "POST", path: str = PATH, peer: str | None = "127.0.0.1") -> Answer:
    return receiver.receive(method, path, body, JSON, peer)


def test_a_push_is_handed_on_and_answered() -> None:
    """P1, P2, P4: 200 success once the handler has returned."""
    kept = Kept()
    receiver = Receiver(kept, secret=SECRET, account="zhangsan", allowed_ips=["127.0.0.0/8"])
    answers = [answer_to(receiver, push(report(1), report(2))), answer_to(receiver, push(reply("好")))]
    assert [(answer.status, answer.text, dict(answer.headers)) for answer in answers] == [
        (200, "success", {"Content-Type": "text/plain; charset=utf-8"})
    ] * 2
    assert [each.type for each in kept.pushes] == [PushType.TRIGGER_REPORTS, PushType.TRIGGER_REPLIES]
    assert kept.pushes[1].replies[0].text == "好"
    assert kept.pushes[1].replies[0].sent_from == "10690835400387"


@pytest.mark.parametrize("body", [b"", b"{}", b"x", b'"', b"[" * 10_000, push(report(phone=None)), b"json_str=%7B%7D", b"\xff\xff"])
def test_what_is_no_push(body: bytes) -> None:
    """P1, P3: 400, and its text says what is wrong."""
    kept = Kept()
    answer = answer_to(Receiver(kept), body)
    assert answer.status == 400
    assert answer.text.startswith(("the push ", "list[0].phone is missing", "account is missing"))
    assert not kept.pushes


@pytest.mark.parametrize(
    ("allowed", "peer", "welcome"),
    [
        ((), None, True), ((), "unix:", True), (["127.0.0.1"], "127.0.0.1", True), (["127.0.0.1"], "::ffff:127.0.0.1", True),
        (["127.0.0.0/8"], "::ffff:127.9.9.9", True), (["::ffff:127.0.0.0/104"], "127.9.9.9", True), (["::1"], "::1", True),
        (["fe80::/10"], "fe80::1%eth0", True), ("127.0.0.1", "127.0.0.1", True), (["10.0.0.1", "127.0.0.1/8"], "127.3.3.3", True),
        (["127.0.0.1"], "127.0.0.2", False), (["127.0.0.1"], None, False), (["127.0.0.1"], "", False), (["127.0.0.1"], "unix:", False),
        (["::1"], "127.0.0.1", False), (["10.0.0.0/8"], "::ffff:127.0.0.1", False), (["0.0.0.0/0"], "::1", False),
    ],
)
def test_addresses(allowed: Any, peer: str | None, welcome: bool) -> None:
    answer = answer_to(Receiver(Kept(), allowed_ips=allowed), push(), peer=peer)
    assert answer.status == (200 if welcome else 403)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (PATH, True), (PATH + "/", True), ("/" + SECRET, True), (SECRET, True), ("/a/b/c/" + SECRET, True),
        ("/", False), ("", False), ("/push", False), (PATH[:-1], False), (PATH + "x", False), (PATH + "/x", False), (PATH.upper(), False),
        (f"/{SECRET}/push", False), ("/push/密", False), ("/push/\udcff", False), (PATH + "\x00", False),
    ],
)
def test_the_secret_is_the_last_part_of_the_path(path: str, found: bool) -> None:
    assert answer_to(Receiver(Kept(), secret=SECRET), push(), path=path).status == (200 if found else 404)
    assert answer_to(Receiver(Kept()), push(), path=path).status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "post", ""])
def test_other_methods(method: str) -> None:
    """P1: pushes come by POST."""
    answer = answer_to(Receiver(Kept()), push(), method=method)
    assert (answer.status, dict(answer.headers)["Allow"]) == (405, "POST")


def test_sizes() -> None:
    body = push()
    assert answer_to(Receiver(Kept(), max_bytes=len(body)), body).status == 200
    assert answer_to(Receiver(Kept(), max_bytes=len(body) - 1), body).status == 413


@pytest.mark.parametrize(("account", "status"), [(None, 200), ("zhangsan", 200), (["lisi", "zhangsan"], 200), ("lisi", 403), ({"z"}, 403)])
def test_accounts(account: Any, status: int) -> None:
    kept = Kept()
    assert answer_to(Receiver(kept, account=account), push()).status == status
    assert len(kept.pushes) == (status == 200)


def test_checks_come_in_their_order() -> None:
    """Who may not push learns nothing: address, secret, method, size, body, account."""
    receiver = Receiver(Kept(), secret=SECRET, allowed_ips=["127.0.0.1"], account="lisi", max_bytes=200)
    wrong = {"peer": "127.0.0.2", "path": "/", "method": "GET", "body": b"x" * 300}
    right = {"peer": "127.0.0.1", "path": PATH, "method": "POST", "body": b"x"}
    seen = []
    for name in ("peer", "path", "method", "body"):
        seen.append(answer_to(receiver, **wrong).status)
        wrong[name] = right[name]
    assert [*seen, answer_to(receiver, **wrong).status, answer_to(receiver, push()).status] == [403, 404, 405, 413, 400, 403]


class Unusual(BaseException):
    """What nobody expects a handler to raise."""


@pytest.mark.parametrize(
    "failure", [ValueError("x"), asyncio.CancelledError(), GeneratorExit(), StopIteration(), Unusual(), RecursionError(), AssertionError()]
)
@pytest.mark.parametrize("store", [None, MemoryStore()])
def test_a_failed_handler_has_the_gateway_try_again(failure: BaseException, store: MemoryStore | None) -> None:
    """P4: whatever it raises is answered with 500, and the record is handed on again."""
    kept = Kept()
    receiver = Receiver(kept, store=store)
    body = push(report(sub_no=type(failure).__name__))
    kept.failure = failure
    assert answer_to(receiver, body).status == 500
    kept.failure = None
    assert answer_to(receiver, body).status == 200
    assert len(kept.pushes) == 1


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_the_program_can_be_stopped(stop: type[BaseException]) -> None:
    kept, store = Kept(), MemoryStore()
    receiver = Receiver(kept, store=store)
    kept.failure = stop()
    with pytest.raises(stop):
        answer_to(receiver, push())
    kept.failure = None
    assert answer_to(receiver, push()).status == 200
    assert kept.batches == ["81"]


def test_a_record_that_comes_twice_is_handled_once() -> None:
    """P4: in one push, in another of them, and with fields that do not make it another record; what is new beside it comes through."""
    kept = Kept()
    receiver = Receiver(kept, store=MemoryStore())
    assert answer_to(receiver, push(report(1), report(2), report(1, customer_uuid="other"), x=1)).status == 200
    assert answer_to(receiver, push(report(2), report(1))).text == "success"
    assert answer_to(receiver, push(report(2), report(3, extra="new"), report(1), y=2)).status == 200
    assert [[r.batch_number[-1] for r in each.reports] for each in kept.pushes] == [["1", "2"], ["3"]]
    assert [each.unknown for each in kept.pushes] == [{"x": 1}, {"y": 2}]
    assert kept.pushes[1].unknown_in_records == ({"extra": "new"},)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *((report(), report(**change)) for change in ({"sub_no": "2"}, {"phone": "1"}, {"receive_status": "X"}, {"receive_time": 1})),
        *((reply(), reply(**change)) for change in ({"dest_phone": "1"}, {"resp_content": "x"}, {"customer_uuid": "x"})),
        *((reply(), reply(**change)) for change in ({"receive_time": 1}, {"show_num": "1"}, {"show_num": None})),
        (report(), reply()), (reply("a\ud800"), reply("a\ud801")),
    ],
)
def test_what_makes_a_record_another(first: dict[str, Any], second: dict[str, Any]) -> None:
    """P1, P2"""
    kept = Kept()
    receiver = Receiver(kept, store=MemoryStore())
    for each in (first, second, second, first):
        assert answer_to(receiver, push(each)).status == 200
    assert len(kept.pushes) == 2


def test_without_a_store_everything_is_handed_on() -> None:
    kept = Kept()
    receiver = Receiver(kept)
    for _ in range(2):
        answer_to(receiver, push(report(1), report(1)))
    assert len(kept.batches) == 4


@pytest.mark.parametrize("store", [None, MemoryStore()])
def test_a_push_of_nothing(store: MemoryStore | None) -> None:
    """P4: it is well received, and there is nothing to hand on."""
    kept = Kept()
    assert answer_to(Receiver(kept, store=store), b'{"list":[],"account":"a","type":2}').text == "success"
    assert not kept.pushes


def fail() -> None:
    raise ValueError


@pytest.mark.parametrize(("outcome", "first", "handled"), [(lambda: None, 200, 1), (fail, 500, 2)])
def test_a_record_that_is_being_handled_is_not_said_to_be_kept(outcome: Any, first: int, handled: int) -> None:
    """P4: 503, for the other request may still fail; afterwards the answer is the true one."""
    held = Held(outcome)
    receiver = Receiver(held, store=MemoryStore())
    with in_thread(lambda: answer_to(receiver, push(report(1)))) as answered:
        assert held.entered.wait(20)
        busy = answer_to(receiver, push(report(2), report(1)))
        assert (busy.status, dict(busy.headers)["Retry-After"]) == (503, "1")
        held.go_on.set()
    assert answered[0].status == first
    assert answer_to(receiver, push(report(1))).status == first
    assert held.calls == handled


def test_a_store_that_fails() -> None:
    """P4: on entering nothing was handled, on leaving it was: in both cases the gateway tries again."""

    class Broken:
        def once(self, keys: Any) -> Any:
            raise OSError("disk")

    kept = Kept()
    assert answer_to(Receiver(kept, store=Broken()), push()).status == 500
    assert not kept.pushes


async def awaited(push: Push) -> None:
    raise AssertionError("never called")


class AsyncHandler:
    async def __call__(self, push: Push) -> None:
        raise AssertionError("never called")


@pytest.mark.parametrize("handle", [awaited, AsyncHandler(), partial(awaited), AsyncHandler().__call__])
def test_an_async_handler_needs_asgi(handle: Any) -> None:
    receiver = Receiver(handle)
    with pytest.raises(ConfigurationError, match=r"receiver\.asgi"):
        _ = receiver.wsgi
    with pytest.raises(ConfigurationError, match=r"receiver\.asgi"):
        answer_to(receiver, push())
    assert receiver.asgi


class Yielding:
    def __call__(self, push: Push) -> Iterator[None]:
        yield


async def yielding(push: Push) -> AsyncIterator[None]:
    yield


@pytest.mark.parametrize("handle", [Yielding(), Yielding().__call__, partial(Yielding.__call__, Yielding()), yielding])
def test_a_handler_that_yields_would_do_nothing(handle: Any) -> None:
    """P4: each push would be answered 200 and lost."""
    with pytest.raises(ConfigurationError, match="yields"):
        Receiver(handle)


def test_a_handler_that_turns_out_to_be_async() -> None:
    """P4: nothing was done, so nothing is said to be."""
    assert answer_to(Receiver(lambda push: awaited(replace(push))), push()).status == 500


def later(push: Push) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(print, push)


UNFINISHED = [lambda push: iter(Yielding()(push)), lambda push: aiter(yielding(push)), later, lambda push: map(print, push.records)]


async def over_asgi(receiver: Receiver, body: bytes) -> int:
    statuses = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        statuses.append(message.get("status"))

    scope = {"type": "http", "method": "POST", "path": PATH, "headers": [], "client": None}
    await receiver.asgi(scope, receive, send)
    return int(statuses[0])


def in_a_coroutine(handle: Callable[[Push], Any]) -> Callable[[Push], Any]:
    async def handler(push: Push) -> Any:
        return handle(push)

    return handler


@pytest.mark.parametrize("handle", UNFINISHED, ids=["generator", "async generator", "future", "map"])
def test_a_handler_that_gives_what_is_still_to_be_done(handle: Any, caplog: pytest.LogCaptureFixture) -> None:
    """P4: nothing was done yet, so nothing is said to be; the log says what to do."""
    store = MemoryStore()
    receiver = Receiver(handle, store=store)
    assert answer_to(receiver, push()).status == 500
    assert asyncio.run(over_asgi(receiver, push())) == 500
    assert asyncio.run(over_asgi(Receiver(in_a_coroutine(handle), store=store), push())) == 500
    assert len(caplog.records) == 3
    for record in caplog.records:
        assert "TypeError" in record.getMessage()
        assert "return only when the push is committed" in record.getMessage()
    assert answer_to(Receiver(Kept(), store=store), push()).status == 200


@pytest.mark.parametrize(
    "settings",
    [
        {"secret": ""}, {"secret": "a/b"}, {"secret": "密"}, {"secret": ".."}, {"secret": "a b"}, {"secret": "a%2f"}, {"secret": "a\n"},
        {"allowed_ips": ["1.2.3"]}, {"allowed_ips": [""]}, {"allowed_ips": "localhost"}, {"account": ""}, {"account": []},
        {"account": ["a", ""]}, {"max_bytes": 0}, {"max_bytes": -1}, {"max_bytes": "4"},
    ],
)
def test_settings_that_make_no_sense(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as error:
        Receiver(Kept(), **settings)
    assert next(iter(settings)) in str(error.value)
