"""The mock that answers late, in a process of its own."""

from __future__ import annotations

from contextlib import suppress
from multiprocessing.connection import Connection

from bench.chaos.processes import end_with_parent
from bench.outbox.worker import ACCOUNT, PASSWORD
from winnerlook.outbox import Packing
from winnerlook_mock import MockServer

_A_DAY = 86_400.0
_SENDS = ("SendMsg", "SendBatchMsg", "SendIndividualMsg")
PACKINGS = (Packing.OFF, Packing.INDIVIDUAL, Packing.BATCH)


def serve(pipe: Connection, latency: float) -> None:
    """Says where it is; then, when asked, how many SMS it has taken on."""
    end_with_parent()
    with MockServer(defaults={"balance_interval": 0}, journal_limit=1000) as mock, suppress(EOFError):
        account = mock.account(ACCOUNT, PASSWORD, balance=1_000_000_000, messages_kept=1000)
        for operation in _SENDS:
            account.fault("delay", operation=operation, delay=latency, lasts=_A_DAY)
        pipe.send(mock.url)
        while True:
            pipe.recv()
            pipe.send(int(account.statement.charged))
