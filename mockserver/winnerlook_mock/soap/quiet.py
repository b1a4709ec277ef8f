"""What spyne may not do in this process: log what a request holds, and collect garbage by the clock."""

from __future__ import annotations

import logging
from contextvars import ContextVar, Token

import spyne.const

_in_our_call: ContextVar[bool] = ContextVar("_in_our_call", default=False)


def begin() -> Token[bool]:
    """From now on spyne logs nothing in this context, at any level: it would log envelopes, passwords and texts included (L2).

    Other users of spyne in the same process keep their logs, and what this package has to say goes to its own loggers. `end` takes back
    what is returned.
    """
    return _in_our_call.set(True)


def end(token: Token[bool]) -> None:
    """The call is over."""
    _in_our_call.reset(token)


def _is_not_ours(_record: logging.LogRecord) -> bool:
    return not _in_our_call.get()


def silence_spyne() -> None:
    """Hang the filter on each of spyne's loggers. A filter outlives setLevel and dictConfig; a filter on a parent would not be asked."""
    for name, logger in list(logging.root.manager.loggerDict.items()):
        if name.partition(".")[0] == "spyne" and isinstance(logger, logging.Logger) and _is_not_ours not in logger.filters:
            logger.addFilter(_is_not_ours)


def stop_timed_collection() -> None:
    """spyne calls ``gc.collect()`` at the end of a call, once a second: it stops every other call for as long as that takes (milliseconds
    with many stored messages). Python's own collector suffices, since nothing here waits for a file to be closed by it."""
    spyne.const.MIN_GC_INTERVAL = float("inf")
