"""Shapes of what the API takes and gives, as JSON Schema. Those in `COMPONENTS` have names in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winnerlook.operations import BY_NAME
from winnerlook_mock.control.checking import Schema
from winnerlook_mock.faults.fault import DOORS, FaultKind, Stage
from winnerlook_mock.gateway.happening import Kind
from winnerlook_mock.push.ledger import PushState

_LARGEST = 2**53 - 1


def text(description: str = "", **more: Any) -> dict[str, Any]:
    """A string."""
    return {"type": "string", **({"description": description} if description else {}), **more}


def nullable(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The same, or null."""
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    with_null = {**schema, "type": [*kinds, "null"]}
    return {**with_null, "enum": [*schema["enum"], None]} if "enum" in schema else with_null


def closed(description: str = "", required: tuple[str, ...] | None = None, **properties: Schema) -> dict[str, Any]:
    """An object with these properties and no others; all are required where nothing else is said."""
    wanted = tuple(properties) if required is None else required
    shape: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**shape, **({"required": list(wanted)} if wanted else {}), **({"description": description} if description else {})}


def many(items: Schema) -> dict[str, Any]:
    """A list of such."""
    return {"type": "array", "items": items}


def named(name: str) -> dict[str, Any]:
    """A reference to one of the `COMPONENTS`."""
    return {"$ref": f"#/components/schemas/{name}"}


COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "integer", "minimum": 1, "maximum": _LARGEST}
SECONDS: Schema = {"type": "number", "minimum": 0, "maximum": 3.2e9}
SWITCH: Schema = {"type": "boolean"}
MOMENT = text("a moment with its time zone, 2026-11-22T12:00:00+08:00", format="date-time")
AMOUNT = {
    "type": ["string", "number"], "description": "an amount from 0 on, 0.05", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,9})?$", "minimum": 0,
    "maximum": 1e15,
}
SUM = text("a decimal number")
USER = text("a user name of up to 128 characters, no control characters", minLength=1, maxLength=128, pattern=r"^[^\x00-\x1f\x7f]+$")
PHONE = text("a number", minLength=1, maxLength=64)
STATUS = text("a status as DELIVRD: no comma, bar or blank", pattern="^[!-+\\-.-{}~]{1,32}$")
OPERATION = {"type": "string", "enum": list(BY_NAME)}
DOOR = {"type": "string", "enum": [*DOORS]}
DELAY = {"type": ["string", "number"], "description": "seconds, uniform:LOW,HIGH or lognormal:MEDIAN,SIGMA"}

MESSAGE = closed(
    "An SMS to one number. `status` is what its newest report says, `otp` the verification code in its text.",
    number=NUMBER, account=text(), batch_number=text(), phone=text(), text=text(), operation=OPERATION, door=text(), accepted_at=MOMENT,
    segments=COUNT, cost=SUM, sms_type={"type": "integer"}, sent_from=text(), customer_uuid=text(), autograph=text(), extension=text(),
    status=text(), otp=nullable(text()), timeline=many(closed(at=MOMENT, what=text(), detail=text())),
)
ENTRY = closed(
    "An exchange: what came in and what was answered. `raw` is the request's body, in base64 where `raw_is_base64`.",
    number=NUMBER, at=MOMENT, door=text(), peer=text(), operation=nullable(text()), account=nullable(text()),
    parameters={"type": "object"}, answer=nullable(text()), status=COUNT, reason=text(), notes=many(text()), fault=text(),
    seconds={"type": "number"}, raw=text(), raw_is_base64=SWITCH, raw_dropped=COUNT,
)
REPORT = closed("A delivery report.", batch_number=text(), phone=text(), status=text(), customer_uuid=text(), time=nullable(MOMENT))
REPLY = closed("What a handset answered.", phone=text(), text=text(), time=MOMENT, customer_uuid=text(), sent_from=text())
PUSH = closed(
    "A push, its body as it is sent, and every attempt to deliver it.",
    number=NUMBER, account=text(), type={"type": "integer", "enum": [1, 2, 3, 4]}, records=COUNT, url=text(),
    state={"type": "string", "enum": [*PushState]}, created_at=MOMENT, next_try=nullable(MOMENT), content_type=text(), body=text(),
    attempts=many(
        closed(at=MOMENT, url=text(), seconds={"type": "number"}, status=nullable(COUNT), answer=text(), problem=text()),
    ),
)
_NULLABLE_TEXT = nullable(text())
FAULT = closed(
    "A fault: what goes wrong, for which calls, how often and for how long (see `Fault`).", ("kind",),
    kind={"type": "string", "enum": [*FaultKind]}, account=nullable(USER), operation=nullable(OPERATION),
    door=nullable({"type": "string", "enum": [*DOORS, "soap", "plain"]}),
    to=nullable(text("how a recipient's number begins", pattern=r"^\+?[0-9]{1,17}$")), times=nullable(NUMBER),
    every=NUMBER, probability={"type": "number", "minimum": 0, "maximum": 1}, seed={"type": "integer"},
    since=nullable(MOMENT), until=nullable(MOMENT), lasts={"type": "number", "minimum": 1e-6, "maximum": 86_400},
    code=nullable({"type": "integer", "maximum": -1}), result=_NULLABLE_TEXT,
    status=nullable({"type": "integer", "minimum": 200, "maximum": 599}), body=_NULLABLE_TEXT, media_type=_NULLABLE_TEXT,
    reason=_NULLABLE_TEXT, delay=nullable(DELAY), fraction=nullable({"type": "number", "minimum": 0, "maximum": 1}),
    stage=nullable({"type": "string", "enum": [*Stage]}), done=nullable(SWITCH),
)
ARMED = closed(
    "A fault in force. `left` is seconds of real time until it is over by itself.",
    number=NUMBER, fault=named("Fault"), armed_at=MOMENT, left={"type": "number"}, seen=COUNT, struck=COUNT, over=SWITCH,
)
CLOCK = closed(
    "The time, and what is to happen.", now=MOMENT, frozen=SWITCH, pending=many(closed(at=MOMENT, what=text())),
)
HAPPENING = closed(
    "Something that fell due while the clock was moved.", at=MOMENT, kind={"type": "string", "enum": [*Kind]}, account=text(),
    subject={"anyOf": [named("Report"), named("Reply"), named("Push")]},
)
MOVED = closed("The clock where it is now, and what happened on the way.", clock=named("Clock"), happened=many(named("Happening")))
PROBLEM = closed(
    "A problem document (RFC 9457).", ("type", "title", "status", "detail"), type=text(), title=text(), status=COUNT, detail=text(),
    pointer=text("JSON pointer to the part of the body that is wrong"), parameter=text("name of the parameter that is wrong"),
)
STATEMENT = closed("opening - charged + refunded is closing", opening=SUM, charged=SUM, refunded=SUM, closing=SUM)
ACCOUNT = closed(
    "An account with its money and settings.",
    user_code=text(), user_pass=text(), balance=SUM, statement=STATEMENT, messages=COUNT, messages_dropped=COUNT,
    waiting=closed(reports=COUNT, replies=COUNT, dropped=COUNT), settings={"type": "object"},
)
EVENT = closed(
    "Something new; `data` is what it is about, as it is when it is sent.", number=NUMBER, account=text(),
    kind={"type": "string", "enum": ["journal", "message", "report", "reply", "push", "fault", "account"]}, data={"type": "object"},
)

COMPONENTS: dict[str, Schema] = {
    "Account": ACCOUNT, "Message": MESSAGE, "Entry": ENTRY, "Report": REPORT, "Reply": REPLY, "Push": PUSH, "Fault": FAULT,
    "ArmedFault": ARMED, "Clock": CLOCK, "Happening": HAPPENING, "Moved": MOVED, "Event": EVENT, "Problem": PROBLEM,
}


def page_of(what: str, name: str) -> dict[str, Any]:
    """A page of a listing; `next` is the `before` of the page that follows, null where none does."""
    page: dict[str, Any] = {what: many(named(name)), "next": nullable(NUMBER)}
    return closed("The newest first; `next` is the `before` of the page that follows.", None, **page)
