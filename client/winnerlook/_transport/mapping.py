"""Foreign errors become ours, told apart by what the connection saw, not by their names."""

from __future__ import annotations

import os
import ssl
import sys
from dataclasses import replace

import urllib3.exceptions

from winnerlook._steps import Exchange
from winnerlook._transport import tls
from winnerlook._transport.endpoint import Endpoint
from winnerlook._wire import ClosedError
from winnerlook.errors import CallTimeoutError, CertificateError, ConnectError, ConnectionLostError, TransportError

LONGEST_ANSWER = 32 * 1024 * 1024
"""Bytes; 500 records are a hundred kilobytes."""

_LIBRARIES = sys.stdlib_module_names | {"winnerlook", "urllib3", "aiohappyeyeballs", "h11", "idna", "uvloop"}
"""Whose code a transport runs."""

_ASYNCIOS_WORDS = ("Connect call failed", "Multiple exceptions")

_PROBLEMS: dict[type[TransportError], str] = {
    CertificateError: "no trusted connection to",
    ConnectError: "no connection to",
    CallTimeoutError: "no whole answer in time from",
    ConnectionLostError: "lost the connection to",
}


class BadAnswerError(OSError):
    """Bytes that are no whole HTTP answer; its words are this package's."""


def too_long() -> BadAnswerError:
    """For an answer that is longer than any real one."""
    return BadAnswerError(f"the answer is longer than {LONGEST_ANSWER} bytes")


def interrupts(error: Exception) -> bool:
    """Whether it is no failure of the transport but what somebody else raised in its midst, as a signal handler does.

    An OSError is always the transport's: its libraries take a handler's TimeoutError for their own. Of other exceptions the class tells
    whose they are; of Python's own classes, which libraries raise at answers that nobody expected, the code that raised them.
    """
    if isinstance(error, OSError):
        return False
    home, trace = type(error).__module__, error.__traceback__
    if home == "builtins" and trace is not None:
        while trace.tb_next:
            trace = trace.tb_next
        home = trace.tb_frame.f_globals.get("__name__", "")
    return home.partition(".")[0] not in _LIBRARIES


def mapped(error: Exception, step: Exchange, endpoint: Endpoint) -> TransportError:
    """Our error for a foreign one; raise it ``from`` that."""
    kind, operation = _kind(error, step), step.request.operation
    subject = operation.name if operation else step.request.target
    in_handshake = endpoint.scheme == "https" and not step.evidence.connected
    why = tls.explain(error, in_handshake=in_handshake) or reason(error)
    problem = f"{subject}: {_PROBLEMS[kind]} {endpoint} ({why}); {_sent(step)}"
    return kind(problem, evidence=replace(step.evidence), operation=operation.name if operation else None)


def presentable(error: Exception) -> Exception | None:
    """The cause to show beside our error: None for one whose words may quote the server (L2)."""
    return error if isinstance(_innermost(error), OSError) else None


def _kind(error: Exception, step: Exchange) -> type[TransportError]:
    if not step.evidence.connected:
        return CertificateError if isinstance(_innermost(error), ssl.SSLCertVerificationError) else ConnectError
    if isinstance(error, TimeoutError | urllib3.exceptions.TimeoutError) or isinstance(_innermost(error), TimeoutError):
        return CallTimeoutError
    return ConnectionLostError


def _sent(step: Exchange) -> str:
    if step.evidence.nothing_left:
        return "nothing was sent"
    return "the request was sent" if step.evidence.request_complete else "part of the request was sent"


def reason(error: BaseException) -> str:
    """What the operating system or this package says of an error; of any other only its kind, since its words may quote the server."""
    innermost = _innermost(error)
    if isinstance(error, TimeoutError):  # asyncio's wraps a CancelledError, whose name would mislead
        return error.strerror or str(error) or "timed out"
    if isinstance(innermost, BadAnswerError | TimeoutError | ClosedError):
        return str(innermost)
    if isinstance(innermost, OSError) and innermost.strerror:
        # asyncio's words for a connection that it could not make hold the address, not the reason.
        return os.strerror(innermost.errno or 0) if innermost.strerror.startswith(_ASYNCIOS_WORDS) else innermost.strerror
    return type(innermost).__name__


def _innermost(error: BaseException) -> BaseException:
    """Libraries wrap what the socket raised, as an argument or as a cause."""
    wrapped = next((arg for arg in error.args if isinstance(arg, BaseException)), None) or error.__cause__
    return error if wrapped is None else _innermost(wrapped)
