"""The receiver as programs use it."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from winnerlook.errors import ConfigurationError
from winnerlook.pushes import Push
from winnerlook.receiver._admission import Admission
from winnerlook.receiver._answers import Answer, UnfinishedError
from winnerlook.receiver._asgi import AsgiApplication
from winnerlook.receiver._intake import Intake, check_done
from winnerlook.receiver._stores import Store
from winnerlook.receiver._wsgi import WsgiApplication

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

Handler = Callable[[Push], object] | Callable[[Push], Awaitable[object]]
"""Takes a push and commits it before it returns. What it raises has the gateway try again, and so does work still to be done that it
returns: a Future, a generator. What else it returns does not matter."""


class Receiver:
    """Takes pushes and hands them to `handle` (P1-P4).

    `handle` is called with the records that are new; with none that is new it is not called. The gateway is answered 200 ``success``
    after `handle` has returned, and an error whatever goes wrong, so that it tries again: `handle` may see a record a second time where
    it, the store's commit or the machine failed in between. It may be ``async def`` where the receiver is served by ASGI; it then runs
    on the server's loop, else in a thread.

    `account`: login names whose pushes are taken, None for all. `secret`: what the last part of the path must be, None for any path;
    servers write paths to their access logs. `allowed_ips`: addresses and networks to take pushes from, empty for all; behind a proxy
    the address is the proxy's unless the server is told to see through it. With neither of the two anyone who finds the receiver can
    push. `store`: remembers records so that each is handled once, None hands on everything. `max_bytes`: the largest body.

    Refusals and failures are logged to ``winnerlook.receiver`` without numbers, texts and the secret (L2). Raises ConfigurationError.
    """

    def __init__(
        self, handle: Handler, *, account: str | Iterable[str] | None = None, secret: str | None = None, allowed_ips: Iterable[str] = (),
        store: Store | None = None, max_bytes: int = 4 * 1024 * 1024,
    ) -> None:
        self._handle = handle
        functions = handle, getattr(handle, "__call__", None)  # noqa: B004
        if any(map(inspect.isgeneratorfunction, functions)) or any(map(inspect.isasyncgenfunction, functions)):
            raise ConfigurationError("the handler yields: calling it does nothing, and every push would be lost; let it return")
        self._is_async = any(map(inspect.iscoroutinefunction, functions))
        self._intake = Intake(Admission(secret=secret, allowed_ips=allowed_ips, max_bytes=max_bytes), account, store)

    def receive(self, method: str, path: str, body: bytes, content_type: str | None, peer: str | None = None) -> Answer:
        """One request, for a view of any framework. `path` is the whole path, `peer` the address that the request came from.

        Raises ConfigurationError where the handler is ``async def``, and nothing else.
        """
        self._need_blocking("receive")
        refusal = self._intake.refusal(method, path, peer, len(body))
        return refusal or self._intake.take(bytes(body), content_type, peer, self._run)

    @property
    def wsgi(self) -> WSGIApplication:
        """The receiver as a WSGI application. Raises ConfigurationError where the handler is ``async def``."""
        self._need_blocking("wsgi")
        return WsgiApplication(self._intake, self._run)

    @cached_property
    def asgi(self) -> AsgiApplication:
        """The receiver as an ASGI application."""
        return AsgiApplication(self._intake, self._handle)

    def _need_blocking(self, way: str) -> None:
        if self._is_async:  # a loop made for each push would not be the one that the handler's connections belong to
            raise ConfigurationError(f"an async handler needs the loop of an ASGI server: use receiver.asgi instead of receiver.{way}")

    def _run(self, push: Push) -> None:
        result: Any = self._handle(push)
        if inspect.isawaitable(result):  # a lambda, say, that calls an async function
            if inspect.iscoroutine(result):
                result.close()
            raise UnfinishedError("coroutine or other awaitable, which only receiver.asgi can await")
        check_done(result)
