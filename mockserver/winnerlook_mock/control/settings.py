"""The settings of accounts as the API shows and takes them."""

from __future__ import annotations

import inspect
import re
from typing import Any

from winnerlook_mock.control.asking import Asked, Route
from winnerlook_mock.control.checking import Schema
from winnerlook_mock.control.schemas import AMOUNT, COUNT, DELAY, MOMENT, SECONDS, SWITCH, closed, many, nullable, text
from winnerlook_mock.gateway.settings import plain
from winnerlook_mock.gateway.settings.acceptance import AcceptanceSettings
from winnerlook_mock.gateway.settings.delivery import DeliverySettings
from winnerlook_mock.gateway.settings.pushing import PushSettings

_PARAM = re.compile(r":param (?P<name>\w+): (?P<meaning>.*?)(?=:param |\Z)", re.DOTALL)
_WORD = {"type": "string", "minLength": 1}
_PAIR = {"type": ["array", "null"], "minItems": 2, "maxItems": 2}
_CHANCE = {"type": "number", "minimum": 0, "maximum": 1}
_URL = text("an address as http://127.0.0.1:8000/push, empty for none")

_SHAPES: dict[str, Schema] = {
    **dict.fromkeys(("frozen", "channel_open", "strict_limits", "replay", "refund_failures"), SWITCH),
    **dict.fromkeys(("push_form", "poll_pushed", "push_verify"), SWITCH),
    **dict.fromkeys(("blacklist", "user_blacklist", "system_blacklist"), many(_WORD)),
    **dict.fromkeys(("user_words", "system_words", "templates", "unsubscribe_words"), many(_WORD)),
    **dict.fromkeys(("messages_kept", "pushes_kept"), COUNT),
    **dict.fromkeys(("balance_interval", "call_interval", "push_interval"), SECONDS),
    **dict.fromkeys(("report_url", "reply_url"), _URL),
    "price": AMOUNT,
    "expires_at": nullable(MOMENT),
    "allowed_ips": many(text("an address or a network, 10.0.0.0/8")),
    "signatures": {"type": "object", "additionalProperties": _WORD},
    "signature_length": {**_PAIR, "items": COUNT},
    "sms_types": many({"type": "integer"}),
    "monthly_limit": nullable(COUNT),
    "number_limit": {**_PAIR, "items": {"type": "number", "minimum": 0}},
    "channel_hours": {**_PAIR, "items": text("a time of day, 08:00:00")},
    "sender_number": text("digits", pattern="^[0-9]*$"),
    "delivery_delay": DELAY,
    "delivery_rules": {"type": "object", "additionalProperties": _WORD},
    "delivery_statuses": {"type": "object", "additionalProperties": _CHANCE},
    "seed": {"type": "integer"},
    "push_batch": {"type": "integer", "minimum": 1},
    "push_timeout": {"type": "number", "exclusiveMinimum": 0, "maximum": 3600},
    "push_backoff": many(SECONDS),
    "push_chaos": closed("what goes wrong, as probabilities", (), delay=DELAY, **dict.fromkeys(
        ("duplicate", "reorder", "drop", "split", "merge", "early"), _CHANCE,
    )),
}
_BY_NAME: dict[str, Any] = {name: _SHAPES.get(name, {}) for name in plain.NAMES}
SETTINGS = closed("What the account lives by; GET /settings says what each means.", (), **_BY_NAME)


def given_settings(values: dict[str, Any]) -> dict[str, Any]:
    """Settings as Python takes them. Raises ValueError."""
    values = plain.read(values)
    if isinstance(values.get("number_limit"), list):  # JSON knows one kind of number only
        most, seconds = values["number_limit"]
        values["number_limit"] = (int(most) if float(most).is_integer() else most, seconds)
    return values


def meanings() -> dict[str, str]:
    """What each setting means, in the words of its docstring; one that is explained along with another has that one's words."""
    said = {
        match["name"]: " ".join(match["meaning"].split())
        for kind in (AcceptanceSettings, DeliverySettings, PushSettings)
        for match in _PARAM.finditer(inspect.getdoc(kind) or "")
    }
    return {name: said.get(name) or next((words for words in said.values() if f"`{name}`" in words), "") for name in plain.NAMES}


def _list(asked: Asked) -> Any:
    defaults = plain.plain(asked.mock.default_settings)
    return {"settings": [{"name": name, "default": defaults[name], "meaning": words} for name, words in meanings().items()]}


ROUTES = (
    Route(
        method="GET", path="/settings", name="listSettings",
        summary="What can be set for an account, what it is by default here, and what it means.", act=_list,
        python=("Settings", "PushChaos", "MockServer.default_settings"),
        answer=closed(settings=many(closed(name=text(), default={}, meaning=text()))),
    ),
)
