"""The process that takes pushes, by the product's own receiver."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from bench.chaos.plan import PUSHED
from bench.chaos.processes import end_with_parent
from bench.chaos.virtual_time import TimeSpec
from bench.chaos.worker import open_outbox
from winnerlook.receiver import Receiver

SECRET = "chaos-secret"


@dataclass(frozen=True, slots=True)
class ReceiverOrders:
    """Where to listen, and where to write."""

    url: str
    time: TimeSpec
    port: int


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *_arguments: object) -> None:  # noqa: A002  # the name it has in the standard library
        del format


def serve(orders: ReceiverOrders) -> None:
    """What the process does."""
    end_with_parent()
    logging.disable(logging.CRITICAL)
    receiver = Receiver(open_outbox(orders.url, orders.time).receiver_handler, secret=SECRET, account=PUSHED)
    make_server("127.0.0.1", orders.port, receiver.wsgi, _Server, _Quiet).serve_forever()
