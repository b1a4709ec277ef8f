"""Watching: server-sent events of everything new, and waiting for a message. Both wake on arrival; neither holds a thread."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from winnerlook_mock.control.asking import Asked, Route
from winnerlook_mock.control.problems import Problem
from winnerlook_mock.control.reading import ACCOUNT_QUERY
from winnerlook_mock.control.schemas import COUNT, NUMBER, OPERATION, named, text
from winnerlook_mock.feed import Event
from winnerlook_mock.gateway.message import Message
from winnerlook_mock.holdings import Found
from winnerlook_mock.nearest import Wanted
from winnerlook_mock.views import event_view, message_view

if TYPE_CHECKING:
    from winnerlook_mock.server import MockServer

EVENTS, WAIT = "events", "wait"
_AT_ONCE = 100
"""Events that are read at a time: what a slow reader has not taken is kept by the feed once, and not by every stream again."""
_MOST_WAITING = 10_000
_RETRY = b"retry: 1000\n\n"
_STILL_HERE = b": still here\n\n"

Do = Callable[[Callable[[], Any]], Awaitable[Any]]


class Hub:
    """Tells streams on the event loop that something is new: one subscription to the feed for all of them, while there are any."""

    def __init__(self, mock: MockServer) -> None:
        self._mock = mock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watchers: set[asyncio.Event] = set()
        self._unsubscribe: Callable[[], None] | None = None
        self._woken = False
        self.over: asyncio.Event = asyncio.Event()
        """Set when every stream has to end."""

    def __len__(self) -> int:
        return len(self._watchers)

    def close(self) -> None:
        """On the loop: let every stream end."""
        self.over.set()
        for news in self._watchers:
            news.set()

    @contextlib.contextmanager
    def watching(self) -> Iterator[asyncio.Event]:
        """An `asyncio.Event` that is set whenever something is new, and when it is over."""
        news = asyncio.Event()
        self._add(news)
        try:
            yield news
        finally:
            self._watchers.discard(news)
            if not self._watchers and self._unsubscribe is not None:
                self._unsubscribe()
                self._unsubscribe = None

    def _add(self, news: asyncio.Event) -> None:
        if len(self._watchers) >= _MOST_WAITING:
            raise Problem(503, f"there are {_MOST_WAITING} streams and waits already")
        self._watchers.add(news)
        if self._unsubscribe is None:
            self._loop = asyncio.get_running_loop()
            self._unsubscribe = self._mock.subscribe(self._wake)

    def _wake(self) -> None:
        """By any thread, under the gateway's lock: however much is new, the loop is told once."""
        if not self._woken and self._loop is not None:
            self._woken = True
            with contextlib.suppress(RuntimeError):  # the loop has just ended
                self._loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        self._woken = False
        for news in self._watchers:
            news.set()


class Reader:
    """Reads on from an event, for one account or for all."""

    def __init__(self, mock: MockServer, since: int, account: str | None = None) -> None:
        self._mock, self._account = mock, account
        self.at: int = since

    def next(self) -> tuple[list[Event], int]:
        """The next events, some of them; and, where some are not kept any more, the number of the last that is missing, else 0."""
        if self.at > self._mock.last_event:  # counted by a server that was here before
            self.at = 0
            return [], self._mock.last_event
        events, gap = self._mock.events_since(self.at)
        missing = (events[0].number - 1 if events else self._mock.last_event) if gap else 0
        events = events[:_AT_ONCE]
        self.at = events[-1].number if events else max(self.at, missing)
        return [event for event in events if self._account in (None, event.account)], missing

    @property
    def is_behind(self) -> bool:
        """Whether there is more."""
        return self.at < self._mock.last_event


async def frames(hub: Hub, reader: Reader, heartbeat: float, do: Do) -> AsyncIterator[bytes]:
    """The bytes of an event stream, until the hub is closed; `do` does what takes time on a thread."""
    with hub.watching() as news:
        yield _RETRY
        while not hub.over.is_set():
            news.clear()
            begun = reader.at
            events, missing = reader.next()
            if missing:
                yield f"id: {missing}\nevent: gap\ndata: {json.dumps({'after': begun, 'to': missing})}\n\n".encode()
            if events:
                yield await do(partial(_written, events))
            if reader.is_behind:
                await asyncio.sleep(0)  # calls come first
                continue
            try:
                async with asyncio.timeout(heartbeat):
                    await news.wait()
            except TimeoutError:
                yield _STILL_HERE


def _written(events: list[Event]) -> bytes:
    return "".join(map(_frame, events)).encode("utf-8", "backslashreplace")


def _frame(event: Event) -> str:
    return f"id: {event.number}\nevent: {event.kind}\ndata: {json.dumps(event_view(event), ensure_ascii=False)}\n\n"


async def wait(hub: Hub, asked: Asked, do: Do) -> dict[str, Any]:
    """The newest message that fits, as soon as there is one; `do` does what takes time on a thread. Raises Problem 408."""
    query = dict(asked.query)
    account, timeout = query.pop("account", None), query.pop("timeout")
    wanted = Wanted(**query)
    with hub.watching() as news:
        reader = Reader(asked.mock, asked.mock.last_event, account)
        search = partial(do, partial(asked.mock.newest, wanted, account))
        found = await search()
        if found is None:
            try:
                async with asyncio.timeout(timeout):
                    found = await _arrival(hub, reader, wanted, news, search)
            except TimeoutError:
                raise Problem(408, f"no such SMS within {timeout:g} s") from None
    if found is None:
        raise Problem(503, "the server stops")
    user_code, message = found
    return message_view(user_code, message)


async def _arrival(
    hub: Hub, reader: Reader, wanted: Wanted, news: asyncio.Event, search: Callable[[], Awaitable[Found | None]],
) -> Found | None:
    while not hub.over.is_set():
        news.clear()
        events, missing = reader.next()
        for event in reversed(events):
            if isinstance(event.subject, Message) and wanted.fits(event.subject):
                return event.account, event.subject
        if missing and (found := await search()) is not None:
            return found
        if not reader.is_behind:
            await news.wait()
    return None


ROUTES = (
    Route(
        method="GET", path="/events", name="watchEvents", stream=EVENTS, answer=named("Event"), media_type="text/event-stream",
        summary="Server-sent events of everything new: from now on, or after the event that since or Last-Event-ID names, 0 for all that "
        "are kept. An event gap says which are not kept any more.",
        query={
            "since": {**COUNT, "maximum": NUMBER["maximum"]}, "account": ACCOUNT_QUERY,
            "heartbeat": {"type": "number", "minimum": 0.05, "maximum": 300, "default": 15, "description": "seconds between signs of life"},
        },
        python=("MockServer.events_since", "MockServer.subscribe", "MockServer.last_event"),
    ),
    Route(
        method="GET", path="/wait", name="waitForMessage", stream=WAIT, answer=named("Message"), problems=(408,),
        summary="The newest accepted SMS that fits, as soon as there is one, be it that it came before.",
        query={
            "account": ACCOUNT_QUERY, "to": text("the recipient's number"), "contains": text("part of the text"),
            "text": text("all of the text"),
            "operation": OPERATION, "customer_uuid": text("customerUuid"),
            "timeout": {"type": "number", "minimum": 0, "maximum": 300, "default": 2, "description": "seconds of real time"},
        },
        python=("MockServer.wait_for", "MockServer.newest", "MockAccount.wait_for", "MockAccount.otp"),
    ),
)
