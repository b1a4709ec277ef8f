"""What a send asks for, read from its parameters (O2, O7, O8, O11, O12)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from winnerlook.individual import parse_pairs
from winnerlook.operations import DEFAULT_SMS_TYPE, Operation
from winnerlook_mock.gateway.refusal import Refusal

Parameters = Mapping[str, str | int | None]
"""A call's parameters by their documented names; encrypted ones are decrypted already."""

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
