"""What a test may claim of an account, and what it is told when that is not so.

Failures are AssertionErrors that show the nearest messages and how they differ, the calls that were refused, and the faults that struck.
They show numbers and texts as they are: what a test double was sent is the tester's own, and the answer lies in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

from winnerlook.codes import BY_VALUE, failure_value
from winnerlook.operations import BY_NAME
from winnerlook_mock.faults.fault import SAYINGS
from winnerlook_mock.gateway.message import Message
from winnerlook_mock.gateway.purse import Statement
from winnerlook_mock.journal import Entry
from winnerlook_mock.nearest import SHOWN, Wanted, described, nearest, shown, title
from winnerlook_mock.otp import otp_in

_CALLS_SHOWN = 5
_SAYINGS = tuple(f": {kind}" for kind in sorted(SAYINGS))
"""How the titles of faults end that speak for the gateway."""

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of an account: what it accepted and what was called under its name, oldest first, and how much of both is not
    known any more. `journal_dropped` counts those of all accounts."""

    messages: tuple[Message, ...]
    journal: Sequence[Entry]
    messages_dropped: int
    journal_dropped: int


class Assertions:
    """Claims about an account. Whoever inherits says what the account holds."""

    @property
    def user_code(self) -> str:
        """The account's userCode."""
        raise NotImplementedError

    @property
    def statement(self) -> Statement:
        """What was charged, and what was given back."""
        raise NotImplementedError

    def held(self) -> Held:
        """All that is known of the account, at one moment."""
        raise NotImplementedError

    def _await(self, look: Callable[[Sequence[Message]], Found | None], timeout: float) -> Found | None:
        """What `look` finds among the messages, as soon as it does; None when the time, in seconds, is up."""
        raise NotImplementedError

    def wait_for(
        self, *, to: str | None = None, contains: str | None = None, text: str | None = None, operation: str | None = None,
        customer_uuid: str | None = None, timeout: float = 2.0,
    ) -> Message:
        """The newest accepted SMS that fits, as soon as there is one, be it that it came before; `timeout` is in seconds of real time.
        Raises AssertionError, which shows numbers and texts."""
        __tracebackhide__ = True
        wanted = _wanted(to, contains, text, operation, customer_uuid)
        found = self._await(lambda messages: next((one for one in reversed(messages) if wanted.fits(one)), None), timeout)
        if found is None:
            raise self._missing(f"no such SMS within {timeout} s", wanted)
        return found

    def otp(
        self, *, to: str | None = None, contains: str | None = None, operation: str | None = None, timeout: float = 2.0,
    ) -> str:
        """The code in the newest verification SMS that fits (see `otp_in`), as soon as there is one. Raises AssertionError, which shows
        numbers and texts."""
        __tracebackhide__ = True
        wanted = _wanted(to, contains, None, operation, None)

        def newest(messages: Sequence[Message]) -> str | None:
            return next((code for one in reversed(messages) if wanted.fits(one) and (code := otp_in(one.text))), None)

        code = self._await(newest, timeout)
        if code is None:
            raise self._without_code(f"no such SMS with a verification code within {timeout} s", wanted)
        return code

    def assert_sent(
        self, *, to: str | None = None, contains: str | None = None, text: str | None = None, operation: str | None = None,
        customer_uuid: str | None = None, count: int | None = None,
    ) -> tuple[Message, ...]:
        """That such an SMS was accepted, or exactly `count` of them; they are returned, oldest first. Raises AssertionError, which shows
        numbers and texts."""
        __tracebackhide__ = True
        wanted, held = _wanted(to, contains, text, operation, customer_uuid), self.held()
        fitting = tuple(message for message in held.messages if wanted.fits(message))
        if count is None and not fitting:
            raise self._missing("no such SMS was sent", wanted, held)
        if count is not None and len(fitting) != count:
            heading = f"{_so_many(len(fitting))} sent, not {count}"
            raise self._unwanted(heading, wanted, held, fitting) if fitting else self._missing(heading, wanted, held)
        return fitting

    def assert_not_sent(
        self, *, to: str | None = None, contains: str | None = None, text: str | None = None, operation: str | None = None,
        customer_uuid: str | None = None,
    ) -> None:
        """That no such SMS was accepted. Raises AssertionError, which shows numbers and texts."""
        __tracebackhide__ = True
        wanted, held = _wanted(to, contains, text, operation, customer_uuid), self.held()
        fitting = tuple(message for message in held.messages if wanted.fits(message))
        if fitting:
            raise self._unwanted(f"{_so_many(len(fitting))} sent, not 0", wanted, held, fitting)

    def assert_no_duplicates(self, *, within: float | timedelta | None = None) -> None:
        """That no number was sent the same text twice: ever, or `within` so many seconds of the account's clock. Raises AssertionError,
        which shows numbers and texts."""
        __tracebackhide__ = True
        span = within if isinstance(within, timedelta) or within is None else timedelta(seconds=within)
        held = self.held()
        pairs = list(_duplicates(held.messages, span))
        if pairs:
            lines = [f"{len(pairs)} SMS said again what one before them said"]
            lines += _indented(line for pair in pairs[:SHOWN] for line in _duplicate(*pair))
            raise AssertionError("\n".join([*lines, *self._circumstances(held)]))

    def assert_balance_consistent(self) -> None:
        """That opening - charged + refunded is what is left, and that both are what the accepted messages cost and were given back; where
        some are forgotten, at least that. Raises AssertionError."""
        __tracebackhide__ = True
        statement, held = self.statement, self.held()
        wrong = list(_wrong_sums(statement, held))
        if wrong:
            lines = ["the balance is not what the messages make it", *_indented([*wrong, str(statement)])]
            raise AssertionError("\n".join([*lines, *self._circumstances(held)]))

    def _missing(self, heading: str, wanted: Wanted, held: Held | None = None) -> AssertionError:
        held = held or self.held()
        lines = [f"{heading}; this account sent {_how_many(held)}", f"  wanted: {wanted}"]
        near = nearest(wanted, held.messages)
        if near:
            lines += ["the nearest:", *_indented(line for message in near for line in described(wanted, message))]
        return AssertionError("\n".join([*lines, *self._circumstances(held)]))

    def _without_code(self, heading: str, wanted: Wanted) -> AssertionError:
        """Where SMS fit but for the code, their texts are what tells why."""
        held = self.held()
        fitting = tuple(message for message in held.messages if wanted.fits(message))
        return self._unwanted(heading, wanted, held, fitting) if fitting else self._missing(heading, wanted, held)

    def _unwanted(self, heading: str, wanted: Wanted, held: Held, fitting: Sequence[Message]) -> AssertionError:
        lines = [f"{heading}; this account sent {_how_many(held)}", f"  wanted: {wanted}"]
        lines += _indented(line for message in fitting[-SHOWN:] for line in _whole(message))
        if len(fitting) > SHOWN:
            lines.append(f"  (the newest {SHOWN} of them)")
        return AssertionError("\n".join([*lines, *self._circumstances(held)]))

    def _circumstances(self, held: Held) -> Iterator[str]:
        """What else may be the reason."""
        refused = [entry for entry in held.journal if _is_refused(entry)]
        struck = [entry for entry in held.journal if entry.fault]
        for heading, entries, line in (("calls that were refused", refused, _refusal), ("faults that struck", struck, _accident)):
            if entries:
                yield f"{heading}:"
                yield from _indented(line(entry) for entry in entries[-_CALLS_SHOWN:])
                if len(entries) > _CALLS_SHOWN:
                    yield f"  (the newest {_CALLS_SHOWN} of {len(entries)})"
        if held.journal_dropped:
            yield f"the journal dropped {held.journal_dropped} calls of all accounts: some of this one may be missing (journal_limit)"
        elif not held.journal:
            yield f"no call came in under the user name {self.user_code}"


def _wanted(to: str | None, contains: str | None, text: str | None, operation: str | None, customer_uuid: str | None) -> Wanted:
    if operation is not None and operation not in BY_NAME:
        raise ValueError(f"{operation!r} is none of the documented operations: {', '.join(BY_NAME)}")
    return Wanted(to, contains, text, operation, customer_uuid)


def _how_many(held: Held) -> str:
    kept, dropped = len(held.messages), held.messages_dropped
    if not dropped:
        return str(kept)
    return f"{kept + dropped}, of which the oldest {dropped} are forgotten (configure(messages_kept=…) keeps more)"


def _so_many(count: int) -> str:
    return f"{count} such SMS {'was' if count == 1 else 'were'}"


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _whole(message: Message) -> Iterator[str]:
    yield title(message)
    for name, value in (("to", message.phone), ("text", message.text), ("customer_uuid", message.customer_uuid)):
        if value:
            yield f"  {name:<13} {shown(value)}"


def _is_refused(entry: Entry) -> bool:
    return (entry.answer is None and not entry.fault) or failure_value(entry.answer or "") is not None


def _refusal(entry: Entry) -> str:
    value = failure_value(entry.answer or "")
    known = BY_VALUE.get(value) if value is not None else None
    why = f"{value} {known.meaning} ({known.english})" if known else str(value) if value is not None else entry.reason
    to = entry.parameters.get("DesNo")
    return "; ".join([f"{_call(entry)}{f' to {to}' if to else ''}: {why}", *entry.notes[:1]])


def _accident(entry: Entry) -> str:
    if entry.fault.endswith(_SAYINGS):
        return f"{entry.fault}, on {_call(entry)}, which was not carried out but answered {shown(entry.answer or '')}"
    return f"{entry.fault}, on {_call(entry)}, which was {'not ' if entry.answer is None else ''}carried out"


def _call(entry: Entry) -> str:
    return f"{entry.operation or 'a request'} over {entry.door}"


def _duplicates(messages: Iterable[Message], span: timedelta | None) -> Iterator[tuple[Message, Message]]:
    """Each message that says again what one before it said, with that one."""
    latest: dict[tuple[str, str], Message] = {}
    for message in messages:
        key = message.phone, message.text
        earlier = latest.get(key)
        if earlier is not None and (span is None or message.accepted_at - earlier.accepted_at <= span):
            yield earlier, message
        latest[key] = message


def _duplicate(earlier: Message, later: Message) -> Iterator[str]:
    apart = (later.accepted_at - earlier.accepted_at).total_seconds()
    yield f"to {shown(later.phone)}, {shown(later.text)}"
    yield f"  {title(earlier)}"
    yield f"  {title(later)}, {apart:g} s later"


def _wrong_sums(statement: Statement, held: Held) -> Iterator[str]:
    if statement.opening - statement.charged + statement.refunded != statement.closing:
        yield "opening - charged + refunded is not closing"
    costs = sum((message.cost for message in held.messages), Decimal(0))
    refunds = sum((message.cost for message in held.messages if message.refunded), Decimal(0))
    for name, sum_, booked in (("charged", costs, statement.charged), ("refunded", refunds, statement.refunded)):
        if booked != sum_ and (not held.messages_dropped or booked < sum_):
            yield f"{booked} was {name}, the messages make it {sum_}"
