"""What is checked before anything is sent, with errors that say what to do (R3-R9, F4, L2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from winnerlook import individual
from winnerlook._wire import Parameters
from winnerlook.errors import InvalidRequestError
from winnerlook.individual import Separators
from winnerlook.masking import mask_phone
from winnerlook.operations import MAX_CUSTOMER_UUID, MAX_EXTENSION_DIGITS, Operation, Parameter

_EXPECTED: dict[type, str] = {str: "a string", int: "a 32-bit integer"}
_PHONE = re.compile(r"\+?[0-9]{8,17}", re.ASCII)
_EXTENSION = re.compile(rf"[0-9]{{1,{MAX_EXTENSION_DIGITS}}}", re.ASCII)
_INTEGER = re.compile(r"[+-]?[0-9]{1,9}", re.ASCII)
_INT_BITS = 31
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot carry. A carriage return it can, as a character reference."""


def checked(operation: Operation, parameters: Mapping[str, object], separators: Separators) -> Parameters:
    """The parameters of a call, in documented order and of documented types. Raises InvalidRequestError for the first that is wrong.

    `parameters` are the operation's own; one that is None is left out.
    """
    given = {name: value for name, value in parameters.items() if value is not None}
    known = {parameter.name: parameter for parameter in (*operation.parameters, *operation.submit_info)}
    for name in given:
        if name not in known:
            raise InvalidRequestError(
                f"{operation.name} has no parameter {name!r}; it takes {', '.join(known)} (names are case-sensitive)",
                operation=operation.name, parameter=name,
            )
    if "submitInfo" in given and given.keys() & {parameter.name for parameter in operation.submit_info}:
        raise InvalidRequestError(
            f"{operation.name}: pass submitInfo or the fields to encrypt in it, not both", operation=operation.name, parameter="submitInfo",
        )
    typed = {name: _typed(operation, parameter, given[name]) for name, parameter in known.items() if name in given}
    for name, value in typed.items():
        problem = _problem(operation, name, value, separators)
        if problem:
            raise InvalidRequestError(f"{operation.name}: {problem}", operation=operation.name, parameter=name)
    return typed


def check_complete(operation: Operation, parameters: Parameters, *, inside: bool = False) -> None:
    """Every required parameter, or `inside` every required field of submitInfo, is there and not empty. Raises InvalidRequestError."""
    for parameter in operation.submit_info if inside else operation.parameters:
        if parameter.required and parameters.get(parameter.name, "") == "":
            raise InvalidRequestError(
                f"{operation.name}: {parameter.name} is missing or empty", operation=operation.name, parameter=parameter.name,
            )


def _typed(operation: Operation, parameter: Parameter, value: object) -> str | int:
    if parameter.type is int:
        if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= _INT_BITS:
            return value
        if isinstance(value, str) and _INTEGER.fullmatch(value):
            return int(value)
    elif isinstance(value, str):
        return value
    raise InvalidRequestError(
        f"{operation.name}: {parameter.name} must be {_EXPECTED[parameter.type]}, not {type(value).__name__}",
        operation=operation.name, parameter=parameter.name,
    )


def _problem(operation: Operation, name: str, value: str | int, separators: Separators) -> str | None:
    if isinstance(value, int):
        return None
    bad = NOT_XML.search(value)
    if bad:
        return f"{name} holds the character U+{ord(bad[0]):04X} at position {bad.start()}, which XML cannot carry: remove it"
    rule = _RULES.get(name)
    return rule(operation, value, separators) if rule else None


def _uuid_problem(_operation: Operation, value: str, _separators: Separators) -> str | None:
    if len(value) > MAX_CUSTOMER_UUID:
        return f"customerUuid has {len(value)} characters, at most {MAX_CUSTOMER_UUID} are allowed"
    if "|" in value:
        return "customerUuid holds '|', which separates records in polls: use another character"
    return None


def _extension_problem(_operation: Operation, value: str, _separators: Separators) -> str | None:
    return f"ExeNo must be 1 to {MAX_EXTENSION_DIGITS} digits" if value and not _EXTENSION.fullmatch(value) else None


def _recipients_problem(operation: Operation, value: str, _separators: Separators) -> str | None:
    return _numbers_problem(operation, value.split(",") if operation.max_recipients > 1 else [value])


def _text_problem(operation: Operation, value: str, separators: Separators) -> str | None:
    if not value.strip():
        return "Msg is empty: there is no text to send"
    if operation.name != "SendIndividualMsg":
        return None
    pairs = individual.split_pairs(value, separators)
    if pairs is None:
        return f"Msg is not made of number{separators.within}text pairs joined by {separators.between}"
    if not all(text.strip() for _, text in pairs):
        return "Msg has a pair without a text"
    return _numbers_problem(operation, [phone for phone, _ in pairs])


def _numbers_problem(operation: Operation, numbers: list[str]) -> str | None:
    if len(numbers) > operation.max_recipients:
        most = operation.max_recipients
        return f"{len(numbers)} recipients in one call, at most {most} are allowed: split them, or use send_many or send_each"
    for number in numbers:
        if not _PHONE.fullmatch(number):
            return f"{mask_phone(number)!r} is no phone number: 8 to 17 digits, perhaps after a +"
    return None


_RULES: dict[str, Callable[[Operation, str, Separators], str | None]] = {
    "Msg": _text_problem, "DesNo": _recipients_problem, "customerUuid": _uuid_problem, "ExeNo": _extension_problem,
}
