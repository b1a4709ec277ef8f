"""What a send asks for, read from its parameters (O2, O7, O8, O11, O12)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from winnerlook.individual import parse_pairs
from winnerlook.operations import ALL, DEFAULT_SMS_TYPE, Operation
from winnerlook_mock.gateway.refusal import Refusal

Parameters = Mapping[str, str | int | None]
"""A call's parameters by their documented names; encrypted ones are decrypted already."""

_MAX_NOTES = 10
_NAMES = {operation.name: frozenset(parameter.name for parameter in operation.parameters) for operation in ALL}
_NAME = re.compile(r"[A-Za-z_]{1,20}")
_INTEGER = re.compile(r"\s*-?[0-9]{1,10}\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Submission:
    """A send, whatever operation it came by. `pairs` are number and text."""

    operation: Operation
    pairs: tuple[tuple[str, str], ...] = field(repr=False)
    sms_type: int
    autograph: str
    extension: str
    customer_uuid: str


def read_submission(operation: Operation, parameters: Parameters) -> Submission:
    """Read a send's parameters. Raises Refusal with -27 where one is missing, -18 or -41 where one cannot be read."""
    if any(parameters.get(parameter.name) is None for parameter in operation.submit_info or operation.parameters if parameter.required):
        raise Refusal(-27)
    return Submission(
        operation=operation,
        pairs=_pairs(operation, parameters),
        sms_type=_sms_type(parameters.get("smsType")),
        autograph=text_of(parameters, "autograph"),
        extension=text_of(parameters, "ExeNo"),
        customer_uuid=text_of(parameters, "customerUuid"),
    )


def strange_names(operation: Operation, names: Iterable[str]) -> list[str]:
    """The names that are none of the operation's parameters.

    A door gives the second occurrence of a parameter as ``name#2`` and one that is no text as ``name#undecodable``: both are strange.
    """
    known = _NAMES[operation.name]
    return [name for name in names if name not in known]


def notes_on_names(operation: Operation, strangers: list[str]) -> Iterator[str]:
    """A note on each strange name, with its remedy."""
    return (_note_on_stranger(operation, *name.partition("#")[::2]) for name in strangers[:_MAX_NOTES])


def shown_name(name: str) -> str:
    """A parameter's name as a note may quote it. What does not look like a name may be part of a text, and texts are not shown (L2)."""
    return name if _NAME.fullmatch(name) else f"a parameter with a name of {len(name)} characters"


def _note_on_stranger(operation: Operation, name: str, suffix: str) -> str:
    known = {parameter.name.lower(): parameter.name for parameter in operation.parameters}
    if name in known.values():
        return f"{name} is undecodable: send UTF-8 (H2)" if suffix == "undecodable" else f"{name} is there more than once: send it once"
    near = get_close_matches(name[:40].lower(), known, n=1)
    if near:
        return f"{name[:40]} is no parameter of {operation.name}: did you mean {known[near[0]]}? names are case-sensitive"
    if not _NAME.fullmatch(name):
        return f"{shown_name(name)} is there: has a value an unescaped &? percent-encode values, & is %26"
    return f"{name} is no parameter of {operation.name}: it has {', '.join(known.values())}"


def text_of(parameters: Parameters, name: str) -> str:
    """A parameter's text, empty when it is absent."""
    value = parameters.get(name)
    return "" if value is None else str(value)


def _pairs(operation: Operation, parameters: Parameters) -> tuple[tuple[str, str], ...]:
    message = text_of(parameters, "Msg")
    if not message.strip():
        raise Refusal(-18)
    if operation.name == "SendIndividualMsg":
        try:
            return tuple(parse_pairs(message))
        except ValueError:
            raise Refusal(-18) from None
    numbers = text_of(parameters, "DesNo")
    if operation.max_recipients == 1:
        return ((numbers.strip(), message),)
    return tuple((number.strip(), message) for number in numbers.split(",") if number.strip())


def _sms_type(value: str | int | None) -> int:
    if value is None or value == "":
        return DEFAULT_SMS_TYPE
    if not _INTEGER.fullmatch(str(value)):
        raise Refusal(-41)
    return int(value)
