"""A process that sends its share when it is told to."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

from bench.chaos.processes import end_with_parent
from winnerlook import Client
from winnerlook.outbox import Outbox

ACCOUNT, PASSWORD = "bench", "bench-pass"


@dataclass(frozen=True, slots=True)
class Round:
    """One measurement: `most` messages are sent by this worker at the most."""

    url: str
    endpoint: str
    batch: int
    packing: str
    most: int


def drain(pipe: Connection) -> None:
    """Tell that it is ready, wait for the word, send, and say when it began and ended and how many it were; for each round."""
    end_with_parent()
    logging.disable(logging.CRITICAL)
    with suppress(EOFError):  # the bench is over
        _rounds(pipe)


def _rounds(pipe: Connection) -> None:
    while True:
        order: Round = pipe.recv()
        with Outbox(order.url) as outbox, Client(ACCOUNT, PASSWORD, endpoint=order.endpoint, binding="http") as client:
            outbox.status()  # a connection, and what the first statements cost
            client.balance()
            pipe.send("ready")
            pipe.recv()
            began = time.monotonic()
            drained = outbox.drain(client, batch=order.batch, packing=order.packing, most=order.most)
            pipe.send((began, time.monotonic(), drained.accepted))
