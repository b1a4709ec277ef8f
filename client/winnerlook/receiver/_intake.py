"""From a body to an answer: parse, check the account, leave out what came before, call the handler."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from winnerlook.errors import ConfigurationError
from winnerlook.masking import describe_error
from winnerlook.pushes import Push, PushError, read_body
from winnerlook.receiver import _answers as answers
from winnerlook.receiver._admission import Admission, address
from winnerlook.receiver._answers import Answer, NotTakenOnError, UnfinishedError
from winnerlook.receiver._identity import key_of, only
from winnerlook.receiver._stores import BusyError, Store

log = logging.getLogger("winnerlook.receiver")

Run = Callable[[Push], None]
"""Calls the handler and returns when it is done."""


class Intake:
    """What every way in shares. Lets nothing escape but KeyboardInterrupt and SystemExit."""

    def __init__(self, admission: Admission, account: str | Iterable[str] | None, store: Store | None) -> None:
        accounts = [account] if isinstance(account, str) else account
        self._accounts = None if accounts is None else frozenset(accounts)
        if self._accounts is not None and not (self._accounts and all(self._accounts)):
            raise ConfigurationError("account must be one or more login names; None takes pushes of every account")
        self._admission, self._store = admission, store
        self.max_bytes = admission.max_bytes

    def refusal(self, method: str, path: str, peer: str | None, length: int = 0) -> Answer | None:
        """Why a request is not taken, before its body is read; None if it is."""
        refusal = self._admission.refusal(method, path, peer, length)
        return None if refusal is None else self.refused(refusal, peer)

    def refused(self, answer: Answer, peer: str | None, why: str = "") -> Answer:
        """A refusal, logged. Path and body stay out of the log: one holds the secret, the other numbers."""
        more = f" ({why})" if why else ""
        log.warning("answered %d to %s: %s%s", answer.status, address(peer) or "an unknown address", answer.text, more)
        return answer

    def take(self, body: bytes, content_type: str | None, peer: str | None, run: Run) -> Answer:
        """Handle a body that was read whole."""
        try:
            refusal = self._handled(body, content_type, run)
        except BusyError:
            refusal = answers.BUSY
        except NotTakenOnError as error:
            return self.refused(answers.NOT_TAKEN_ON, peer, str(error))
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001  # whatever a handler raises, the gateway is to try again
            return _failed(error)
        return answers.SUCCESS if refusal is None else self.refused(refusal, peer)

    def _handled(self, body: bytes, content_type: str | None, run: Run) -> Answer | None:
        """Why the body is not taken, None when its records were handled."""
        if len(body) > self.max_bytes:
            return answers.too_large(self.max_bytes)
        try:
            push = read_body(body, content_type)
        except PushError as error:
            return answers.no_push(str(error))
        if self._accounts is not None and push.account not in self._accounts:
            return answers.OTHER_ACCOUNT
        with self._new_of(push) as new:
            if new.records:
                run(new)
        return None

    @contextmanager
    def _new_of(self, push: Push) -> Iterator[Push]:
        if self._store is None or not push.records:
            yield push
            return
        keys = [key_of(push.account, record) for record in push.records]
        with self._store.once(keys) as new:
            yield only(push, keys, set(new))


def check_done(result: object) -> None:
    """What a handler returned does not matter unless it is work that nobody has done yet. Raises UnfinishedError."""
    if isinstance(result, Generator | AsyncGenerator | map):
        raise UnfinishedError("generator" if not isinstance(result, map) else "map")
    if isinstance(result, Future):
        result.cancel()  # else it might be done now, and again when the push comes again
        raise UnfinishedError("Future")


def _failed(error: BaseException) -> Answer:
    """500. The error's words may hold a number or a text, so only its type and place are logged (L2)."""
    if isinstance(error, UnfinishedError):  # whose words are the receiver's
        log.error("answered 500, so that the gateway tries again: TypeError: %s", error)
        return answers.FAILED
    log.error("answered 500, so that the gateway tries again: %s", describe_error(error))
    return answers.FAILED
