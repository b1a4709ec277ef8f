"""Messages, records, pushes, faults and journal entries, read from how a state and the control API write them."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from random import Random
from typing import Any

from winnerlook.pushes import Push, PushType
from winnerlook.records import Reply, Report
from winnerlook_mock.faults.board import Armed
from winnerlook_mock.faults.fault import read_fault
from winnerlook_mock.gateway.message import Message, Step
from winnerlook_mock.journal import Entry
from winnerlook_mock.push.ledger import PushAttempt, PushEntry, PushState
from winnerlook_mock.state.part import Part


def message(part: Part) -> Message:
    """An SMS with its timeline."""
    texts = ("batch_number", "phone", "text", "operation", "door", "sent_from", "customer_uuid", "autograph", "extension")
    if not part.text("batch_number").isdecimal():
        raise part.wrong("is not made of digits", "batch_number")
    given: dict[str, Any] = {name: part.text(name) for name in texts}
    return Message(
        **given,
        number=part.count("number"),
        segments=part.count("segments"),
        sms_type=part.read("sms_type", "a whole number", _whole),
        cost=part.amount("cost"),
        accepted_at=part.moment("accepted_at"),
        timeline=[Step(step.moment("at"), step.text("what"), step.text("detail")) for step in part.parts("timeline")],
    )


def report(part: Part) -> Report:
    """A delivery report."""
    given = {name: part.text(name) for name in ("batch_number", "phone", "status", "customer_uuid")}
    return Report(**given, time=part.maybe("time", part.moment))


def reply(part: Part) -> Reply:
    """What a handset answered."""
    sent_from = part.maybe("sent_from", part.text)
    return Reply(part.text("phone"), part.text("text"), part.moment("time"), part.text("customer_uuid"), sent_from)


def records(part: Part, kind: PushType) -> list[Any]:
    """The records of a push of this type."""
    read = report if kind.of_reports else reply
    return [read(one) for one in part.parts("records")]


def push_type(part: Part) -> PushType:
    """The type of a push."""
    return part.read("type", "a type from 1 to 4", PushType)


def push(part: Part, user_code: str) -> PushEntry:
    """A push with its attempts."""
    kind = push_type(part)
    return PushEntry(
        number=part.count("number"),
        url=part.text("url"),
        push=Push(user_code, kind, tuple(records(part, kind))),
        body=part.read("body", "a string in Unicode", lambda value: value.encode()),
        content_type=part.text("content_type"),
        created_at=part.moment("created_at"),
        state=part.read("state", f"one of {', '.join(PushState)}", PushState),
        attempts=tuple(_attempt(one) for one in part.parts("attempts")),
        next_try=part.maybe("next_try", part.moment),
        tries_left=part.read("tries_left", "a list of seconds", lambda value: tuple(float(one) for one in value)),
    )


def _attempt(part: Part) -> PushAttempt:
    return PushAttempt(
        at=part.moment("at"), url=part.text("url"), seconds=part.number("seconds"), status=part.maybe("status", part.count),
        answer=part.text("answer"), problem=part.text("problem"),
    )


def fault(part: Part) -> Armed:
    """A fault in force, for as many seconds as were left."""
    kept = rule("fault", part, lambda: read_fault(part.values("fault")))
    return Armed(
        number=part.count("number"), fault=kept, armed_at=part.moment("armed_at"), ends=time.monotonic() + part.number("left"),
        random=random(part, kept.seed), seen=part.count("seen"), struck=part.count("struck"),
    )


def entry(part: Part) -> Entry:
    """An exchange."""
    return Entry(
        number=part.count("number"), at=part.moment("at"), door=part.text("door"), peer=part.text("peer"),
        operation=part.maybe("operation", part.text), account=part.maybe("account", part.text), parameters=part.values("parameters"),
        answer=part.maybe("answer", part.text), raw=_raw(part), notes=part.texts("notes"), status=part.count("status"),
        reason=part.text("reason"), raw_dropped=part.count("raw_dropped"), fault=part.text("fault"), seconds=part.number("seconds"),
    )


def _raw(part: Part) -> bytes:
    if part.flag("raw_is_base64"):
        return part.read("raw", "base64", lambda value: base64.b64decode(value, validate=True))
    return part.read("raw", "a string in Unicode", str.encode)


def random(part: Part, seed: int) -> Random:
    """Chance, as it stood, or as it begins with its seed."""
    chance = Random(seed)  # noqa: S311  # a run is to repeat

    def stand(value: Any) -> Random:
        if value is not None:
            version, internal, gauss = value
            chance.setstate((version, tuple(internal), gauss))
        return chance

    return part.read("random", "what Random.getstate gives", stand)


def rule(name: str, part: Part, read: Callable[[], Any]) -> Any:
    """What `read` gives; its own words, with the place, where they say what is wrong."""
    try:
        return read()
    except (ValueError, TypeError) as error:
        raise part.wrong(str(error), name) from error


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("no whole number")
    return value
