"""``winnerlook receive``: a ready receiver for the gateway's pushes (P1-P4)."""

from __future__ import annotations

import ipaddress
import logging
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from winnerlook.cli.exits import DONE
from winnerlook.cli.invocation import Invocation
from winnerlook.cli.usage import Parser, UsageError
from winnerlook.config import PREFIX

if TYPE_CHECKING:
    from winnerlook.cli.sinks import Sink
    from winnerlook.receiver import Receiver

STDOUT = "-"
_THREADS = 8
_CONNECTIONS = 800
"""Held at once. So many slow clients, whoever they are, keep the gateway out: more than the server's 100, less than the 1024 files that a
process may usually open."""
_LARGEST_READ = 64 * 1024 * 1024
"""Bytes of a body that the server reads so that the receiver can say what is wrong with it; more is refused by the server itself."""
_LONGEST_END = 30.0
"""Seconds that requests under way may go on when the command is stopped; handing on may take 20 of them."""
_LAST_ROUNDS = 40
_BETWEEN = re.compile(r"[\s,]+")

Handler = Callable[[Invocation], int]

# Name, unit, default, meaning. A list may be repeated, in its variable separated by commas.
_OPTIONS = (
    ("host", "ADDRESS", "127.0.0.1", "address to listen on; the gateway must reach it, so a proxy or 0.0.0.0"),
    ("port", "NUMBER", "8119", "port to listen on, 0 for a free one"),
    ("jsonl", "FILE", None, "append a line of JSON for each record, on disk before the push is answered; - is standard output"),
    ("forward-to", "URL", None, "POST the same JSON to this address; unless it answers 2xx the gateway is answered 502"),
    ("account", "NAME", None, "login name whose pushes are taken; may be repeated"),
    ("secret", "SECRET", None, "what the last part of the URL must be; others can see it while the command runs: use the variable"),
    ("allow-from", "NETWORK", None, "address or network to take pushes from; may be repeated"),
    ("store", "FILE", None, "remember for 7 days what was pushed, so that it counts once"),
    ("max-bytes", "NUMBER", str(4 * 1024 * 1024), "largest body that is taken"),
)
_WITHOUT = {
    "account": "all", "allow-from": "all", "secret": "none, any path is taken", "jsonl": "none", "forward-to": "none",
    "store": "the last 100 000 records until it stops",
}
_REPEATED = {"account", "allow-from"}
_NOTES = """
Takes delivery reports and replies as the gateway pushes them; needs --jsonl, --forward-to or both.
A push is answered with 200 when all is done with its records, else with an error, and the gateway
tries again. Needs none of the settings. Ctrl-C or SIGTERM stops it when the pushes under way are
answered, for which they have 30 seconds; a second one stops it at once.
"""


def add_receive(add: Callable[..., Parser]) -> None:
    """The command and its options."""
    command = add(
        "receive", receive, "take the gateway's pushes", "receive --jsonl pushed.jsonl",
        "receive --host 0.0.0.0 --forward-to http://127.0.0.1:5000/sms --store seen.sqlite", notes=_NOTES,
    )
    for name, unit, default, meaning in _OPTIONS:
        shown = f"{meaning} [{_variable(name)}; default: {default or _WITHOUT[name]}]"
        command.add_argument(f"--{name}", metavar=unit, help=shown, action="append" if name in _REPEATED else "store")


def receive(run: Invocation) -> int:
    """P1-P4, L1."""
    options = _Options(run)
    app, largest = _receiver(options).wsgi, max(_LARGEST_READ, 2 * options.number("max-bytes", 1))
    waitress = _waitress()
    listener = _listener(options.text("host"), options.number("port", 0, 65535))
    with _notes(run), _stopping():
        server = waitress.create_server(
            app, sockets=[listener], threads=_THREADS, max_request_body_size=largest, ident=None, channel_timeout=30,
            connection_limit=_CONNECTIONS, asyncore_use_poll=True,
        )
        # What `run` calls at a signal; its own would sit for 5 s in which no answer leaves.
        server.task_dispatcher.shutdown = lambda: _wind_down(run, server)
        try:
            _tell_ready(run, options, listener)
            server.run()
        finally:
            server.close()
    return DONE


class _Options:
    """The command's options: flags before variables before defaults. Errors hold no value (L2)."""

    def __init__(self, run: Invocation) -> None:
        self._given = vars(run.args)

    def given(self, name: str) -> str | None:
        """One value, None where there is none. An empty flag is not a missing one: ``--secret "$UNSET"`` must not open the door."""
        flag = self._given.get(name.replace("-", "_"))
        return os.environ.get(_variable(name)) or None if flag is None else flag

    def text(self, name: str) -> str:
        """One value or its default, empty where there is none."""
        given = self.given(name)
        return given if given is not None else next(option[2] or "" for option in _OPTIONS if option[0] == name)

    def list(self, name: str) -> list[str]:
        """A repeated value."""
        given = self._given.get(name.replace("-", "_"))
        return given or [value for value in _BETWEEN.split(os.environ.get(_variable(name), "")) if value]

    def number(self, name: str, least: int, most: int = 2**40) -> int:
        """A whole number. Raises UsageError."""
        text = self.text(name)
        if not re.fullmatch(r"[0-9]{1,13}", text) or not least <= int(text) <= most:
            raise UsageError(f"--{name} (or {_variable(name)}) is a whole number from {least} to {most}")
        return int(text)


def _receiver(options: _Options) -> Receiver:
    """Raises UsageError and ConfigurationError."""
    from winnerlook.receiver import MemoryStore, Receiver, SqliteStore  # noqa: PLC0415  # other commands do without

    handle = _sink(options)
    store = options.given("store")
    return Receiver(
        handle, account=options.list("account") or None, secret=options.given("secret"), allowed_ips=options.list("allow-from"),
        store=MemoryStore() if store is None else SqliteStore(store), max_bytes=options.number("max-bytes", 1),
    )


def _sink(options: _Options) -> Sink:
    from winnerlook.cli import sinks  # noqa: PLC0415  # other commands do without

    jsonl, url = options.given("jsonl"), options.given("forward-to")
    if jsonl is None and url is None:
        raise UsageError("nothing would become of what is pushed: give --jsonl FILE, --forward-to URL or both")
    forward = None if url is None else sinks.Forward(_checked(url))
    if jsonl is None:
        assert forward
        return forward
    try:
        file = sinks.StandardOutput() if jsonl == STDOUT else sinks.JsonLines(jsonl)
    except (OSError, ValueError) as error:
        raise UsageError(f"--jsonl: cannot write {jsonl or '(no name)'}: {getattr(error, 'strerror', None) or 'no such name'}") from None
    return sinks.InTurn(file, forward) if forward else file


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and parts.username is None
    except ValueError:
        good = False
    if not good or not url.isascii() or not url.isprintable():
        raise UsageError("--forward-to is an address such as http://127.0.0.1:5000/sms, without a user name")
    return url


def _waitress() -> Any:
    try:
        import waitress  # noqa: PLC0415  # an extra
    except ModuleNotFoundError:
        raise UsageError("winnerlook receive needs waitress: pip install 'winnerlook[receive]'") from None
    return waitress


def _listener(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=1024)
    except (OSError, UnicodeError) as error:
        problem = getattr(error, "strerror", None) or "no such address"
        raise UsageError(f"cannot listen on {host} port {port}: {problem}; choose another with --host and --port") from None


def _wind_down(run: Invocation, server: Any) -> None:
    """Take no more connections, let the requests under way end, and their answers leave: what was kept should be said to be kept."""
    dispatcher, end = server.task_dispatcher, time.monotonic() + _LONGEST_END
    server.del_channel()
    server.socket.close()
    dispatcher.set_thread_count(0)  # none takes up another request
    while dispatcher.threads and time.monotonic() < end:
        _serve_once(server)
    for _ in range(_LAST_ROUNDS):
        if not any(channel.total_outbufs_len for channel in list(server.active_channels.values())):
            break
        _serve_once(server)
    if left := len(dispatcher.threads):
        run.output.note(f"stopped with pushes under way after {_LONGEST_END:.0f} s: {left}; the gateway was not told that they arrived")


def _serve_once(server: Any) -> None:
    server.asyncore.loop(timeout=0.05, map=server._map, count=1, use_poll=True)  # noqa: SLF001


def _tell_ready(run: Invocation, options: _Options, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    secret = options.text("secret")
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}/{'…' if secret else ''}"
    if not secret and not options.list("allow-from") and not ipaddress.ip_address(host).is_loopback:
        run.output.note("warning: anyone who finds this address can push: use --secret or --allow-from")
    told = f"ready; give the gateway's operator this URL: {url}{' with the secret for …' if secret else ''}"
    if options.text("jsonl") == STDOUT:
        run.output.note(told)
    elif run.output.as_json:
        run.output.document({"ready": True, "url": url})
    else:
        run.output.line(told)


@contextmanager
def _stopping() -> Iterator[None]:
    """Ctrl-C, SIGTERM, and Ctrl-Break on Windows, end the block as SystemExit does. Only the main thread can see to that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: object) -> None:
        raise SystemExit(DONE)

    before = {number: signal.signal(number, stop) for number in _signals()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _signals() -> Iterator[int]:
    yield from (getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name))


class _Notes(logging.Handler):
    def __init__(self, run: Invocation) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        self._run = run

    def emit(self, record: logging.LogRecord) -> None:
        self._run.output.note(self.format(record))


@contextmanager
def _notes(run: Invocation) -> Iterator[None]:
    """Refusals and failures go to standard error."""
    log, handler = logging.getLogger("winnerlook.receiver"), _Notes(run)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


def _variable(name: str) -> str:
    return PREFIX + ("PUSH_SECRET" if name == "secret" else "RECEIVE_" + name.upper().replace("-", "_"))
