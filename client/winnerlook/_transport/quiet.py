"""What urllib3 would log: the target of every request at DEBUG, which in a GET holds the password, the number and the text, and at WARNING
the bytes of an answer whose head is broken (L2)."""

from __future__ import annotations

import logging
from functools import cache

from winnerlook.operations import PLAIN_PATH


class _NoQueries(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_cut(arg) for arg in record.args)
        return True


class _NoBrokenHeaders(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return "Failed to parse headers" not in str(record.msg)


def _cut(argument: object) -> object:
    if isinstance(argument, str) and PLAIN_PATH in argument and "?" in argument:
        return argument.partition("?")[0] + "?…"
    return argument


@cache
def keep_secrets_out_of_logs() -> None:
    """From now on, in this process; requests of others are logged as before."""
    logging.getLogger("urllib3.connectionpool").addFilter(_NoQueries())
    logging.getLogger("urllib3.connection").addFilter(_NoBrokenHeaders())
