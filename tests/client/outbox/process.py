"""Worker processes for the tests: each does one thing with an outbox, and is killed where it is told to be.

They are forked from one that has loaded what they need: a Python started for each would take a second of a processor.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import traceback
from multiprocessing.connection import Connection
from typing import Any

from winnerlook import Client
from winnerlook.outbox import Outbox

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__, "psycopg", "sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.postgresql.psycopg"])


class Worker:
    """One that was started. `returncode` as `subprocess` has it."""

    def __init__(self, orders: dict[str, Any]) -> None:
        self._told, theirs = _context.Pipe(duplex=False)
        self._process = _context.Process(target=_run, args=(orders, theirs))
        self._process.start()
        theirs.close()

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def communicate(self, timeout: float) -> tuple[str, str]:
        """Wait for its end. Gives what it says and what went wrong."""
        said = ("", "nothing was said in time")
        try:
            if self._told.poll(timeout):
                said = self._told.recv()
        except EOFError:
            said = ("", "")
        self._process.join(timeout)
        self._told.close()
        return said


def start(**orders: Any) -> Worker:
    """Start one. Keys: url, account, password, endpoint, action (init, poll or drain), kill_at, spill, options (those of `drain`)."""
    return Worker(orders)


def _run(orders: dict[str, Any], told: Connection) -> None:
    try:
        told.send((_work(orders), ""))
    except BaseException:
        told.send(("", traceback.format_exc()))
        raise


def _work(orders: dict[str, Any]) -> str:
    def checkpoint(name: str) -> None:
        if name == orders.get("kill_at"):
            os.kill(os.getpid(), signal.SIGKILL)

    if orders["action"] == "init":
        Outbox(orders["url"]).init()
        return ""
    outbox = Outbox(orders["url"], checkpoint=checkpoint, spill=orders.get("spill"))
    with Client(orders["account"], orders["password"], endpoint=orders["endpoint"], binding="http") as client:
        if orders["action"] == "poll":
            outbox.poll(client)
            return ""
        return str(outbox.drain(client, **orders.get("options", {})).accepted)
