"""From what a caller passes to what travels: checking, completing and encrypting parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from winnerlook import encryption, individual
from winnerlook._validation import check_complete, checked
from winnerlook._wire import Parameters
from winnerlook.errors import InvalidRequestError
from winnerlook.individual import Separators
from winnerlook.operations import BY_NAME, DEFAULT_SMS_TYPE, Operation


@dataclass(frozen=True, slots=True)
class PreparedCall:
    """A call that passed every check. `parameters` are the caller's own, `sent` what travels."""

    operation: Operation
    parameters: Parameters = field(repr=False)
    sent: Parameters = field(repr=False)
    separators: Separators


class Calls:
    """Makes calls for one account, O12's pairs joined by `separators`."""

    def __init__(self, user_code: str, user_pass: str, separators: Separators) -> None:
        self._user_code, self._user_pass = user_code, user_pass
        self.separators = separators

    def prepare(self, name: str, given: Mapping[str, object]) -> PreparedCall:
        """Check and complete a call. Raises InvalidRequestError."""
        operation = BY_NAME.get(name)
        if operation is None:
            raise InvalidRequestError(f"there is no operation {name!r}; there are {', '.join(BY_NAME)}", parameter="operation")
        parameters = checked(operation, given, self.separators)
        complete: dict[str, str | int] = {"userCode": self._user_code, "userPass": self._user_pass, **parameters}
        if operation.submit_info and "submitInfo" not in complete:
            complete["submitInfo"] = _submit_info(operation, complete)
        sent = {parameter.name: complete[parameter.name] for parameter in operation.parameters if parameter.name in complete}
        check_complete(operation, sent)
        return PreparedCall(operation, parameters, sent, self.separators)

    def to_many(self, phones: Iterable[str], text: str, options: Mapping[str, object]) -> list[tuple[tuple[str, ...], PreparedCall]]:
        """The calls that send one text to many numbers (O7), each with its numbers."""
        operation = BY_NAME["SendBatchMsg"]
        return [
            (chunk, self.prepare(operation.name, {**options, "DesNo": ",".join(chunk), "Msg": text}))
            for chunk in _chunks(operation, "DesNo", phones)
        ]

    def to_each(
        self, pairs: Iterable[tuple[str, str]], options: Mapping[str, object],
    ) -> list[tuple[tuple[tuple[str, str], ...], PreparedCall]]:
        """The calls that send each number a text of its own (O12), each with its pairs."""
        operation = BY_NAME["SendIndividualMsg"]
        return [
            (chunk, self.prepare(operation.name, {**options, "Msg": self._joined(operation, chunk)}))
            for chunk in _chunks(operation, "Msg", pairs)
        ]

    def _joined(self, operation: Operation, pairs: Sequence[tuple[str, str]]) -> str:
        try:
            return individual.format_pairs(pairs, self.separators)
        except ValueError as error:
            raise InvalidRequestError(f"{operation.name}: {error}", operation=operation.name, parameter="Msg") from None


def _submit_info(operation: Operation, complete: Parameters) -> str:
    user_pass = str(complete["userPass"])
    if operation.polls:
        plaintext = encryption.poll_plaintext(user_pass)
    else:
        check_complete(operation, complete, inside=True)
        plaintext = encryption.send_plaintext(
            user_pass, str(complete["DesNo"]), str(complete["Msg"]), int(complete.get("smsType", DEFAULT_SMS_TYPE)),
            str(complete.get("Channel", "0")),
        )
    try:
        return encryption.encrypt(plaintext, user_pass)
    except UnicodeEncodeError as error:
        in_password = error.start < len(encryption.poll_plaintext(user_pass))
        what = "the password holds a character" if in_password else f"the text holds U+{ord(plaintext[error.start]):04X}"
        raise InvalidRequestError(
            f"{operation.name}: {what} that GBK, the encrypted form's encoding, cannot hold: change it, or call over https unencrypted",
            operation=operation.name, parameter="userPass" if in_password else "Msg",
        ) from None


def _chunks(operation: Operation, parameter: str, items: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Pieces of what one call may carry (R4, R5)."""
    if isinstance(items, str | bytes):
        raise InvalidRequestError(
            f"{operation.name} takes several recipients, not one string: pass a list", operation=operation.name, parameter=parameter,
        )
    everything = tuple(items)
    wanted = _is_phone if parameter == "DesNo" else _is_pair
    if not all(wanted(item) for item in everything):
        what = "phone numbers as strings" if parameter == "DesNo" else "pairs of number and text, both strings"
        raise InvalidRequestError(f"{operation.name} takes {what}", operation=operation.name, parameter=parameter)
    if not everything:
        raise InvalidRequestError(f"{operation.name}: there are no recipients", operation=operation.name, parameter=parameter)
    size = operation.max_recipients
    return [everything[at : at + size] for at in range(0, len(everything), size)]


def _is_phone(item: object) -> bool:
    return isinstance(item, str)


def _is_pair(item: object) -> bool:
    return isinstance(item, tuple | list) and [type(part) for part in item] == [str, str]
