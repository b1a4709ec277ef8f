"""The search grammar of messages and journal: words and ``key:value`` terms, all of which have to fit; ``-`` before one turns it round.

| term | a message | an entry of the journal |
|---|---|---|
| word, "two words" | in its text, number or customerUuid | in its parameters, answer, reason or notes |
| ``to:139`` | number, or how it begins | a recipient's number, or how it begins |
| ``op:send`` | in the operation's name, in any case | the same |
| ``code:-7`` | the code of an accepted call is ``ok`` | the failure code, with or without its sign, or ``ok`` |
| ``door:soap12`` | door: soap11, soap12, get, post, or soap, plain | the same |
| ``fault:reset`` | never | in what the journal says of the fault |
| ``account:shop`` | user name | the same |
| ``batch:22…`` | batch number | the batch number that was answered or asked for |
| ``status:UNDELIV`` | what its newest report says, in any case | HTTP status |
| ``uuid:order-1`` | customerUuid | the same |
| ``is:refused`` | never | a failure code, or an HTTP error of the door |
| ``is:faulted`` | never | a fault struck |
| ``is:delivered``, ``is:undelivered`` | its newest report says so | never |
| ``has:warning`` | never | it has notes |

Within quotes, ``\\"`` is a quotation mark and ``\\\\`` a backslash.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from winnerlook.codes import failure_value
from winnerlook.operations import BY_NAME
from winnerlook.records import DELIVERED
from winnerlook_mock.gateway.answering import numbers_of
from winnerlook_mock.gateway.message import Message
from winnerlook_mock.journal import Entry

DOOR_GROUPS = {"soap": ("soap11", "soap12"), "plain": ("get", "post")}
_NOT_FINAL = ("", DELIVERED, "ACCEPTD")
_TERM = re.compile(r'(?P<minus>-?)(?:(?P<key>[A-Za-z]+):)?(?:"(?P<quoted>(?:\\["\\]|[^"\\]|\\(?!["\\]))*)"|(?P<bare>[^\s"]+))(?=\s|$)')
_ESCAPED = re.compile(r'\\(["\\])')
_TO_ESCAPE = re.compile(r'["\\]')
_BLANK = re.compile(r"\s*")


class SearchError(ValueError):
    """A search that cannot be read; the text says where it goes wrong and what there is."""


@dataclass(frozen=True, slots=True)
class Term:
    """One of the things that have to fit; `key` is empty for a word."""

    key: str
    value: str
    negated: bool = False

    def __str__(self) -> str:
        is_bare = self.value and not re.search(r'[\s:"]', self.value) and not self.value.startswith("-")
        value = self.value if is_bare else f'"{_TO_ESCAPE.sub(lambda sign: chr(92) + sign[0], self.value)}"'
        return f"{'-' if self.negated else ''}{self.key + ':' if self.key else ''}{value}"


@dataclass(frozen=True, slots=True)
class Search:
    """A search that was read; `str` gives it back in a form that is read as the same."""

    terms: tuple[Term, ...] = ()

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))

    def fits_message(self, account: str, message: Message) -> bool:
        """Whether a message of this account is meant."""
        return all(_OF_MESSAGES[term.key](account, message, term.value) is not term.negated for term in self.terms)

    def fits_entry(self, entry: Entry) -> bool:
        """Whether this exchange is meant."""
        return all(_OF_ENTRIES[term.key](entry, term.value) is not term.negated for term in self.terms)


def read_search(text: str) -> Search:
    """Read a search. Raises SearchError."""
    terms: list[Term] = []
    at = _end_of_blank(text, 0)
    while at < len(text):
        match = _TERM.match(text, at)
        if match is None:
            raise SearchError(f'the search cannot be read from character {at + 1} on: quotes stand around a whole value, "two words"')
        terms.append(_checked(match))
        at = _end_of_blank(text, match.end())
    return Search(tuple(terms))


def _end_of_blank(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _checked(match: re.Match[str]) -> Term:
    key = (match["key"] or "").lower()
    value = _ESCAPED.sub(r"\1", match["quoted"]) if match["quoted"] is not None else match["bare"]
    if key not in _OF_ENTRIES:
        keys = " ".join(f"{name}:" for name in _OF_ENTRIES if name)
        raise SearchError(f"there is no {key}: to search by, but {keys} (text with a colon goes in quotes)")
    if not key and (match["bare"] or "").endswith(":") and match["bare"][:-1].lower() in _OF_ENTRIES:
        raise SearchError(f"{match['bare']} needs a value behind it, without a blank between")
    if key in _CHOICES and value.lower() not in _CHOICES[key]:
        raise SearchError(f"{key}: is one of {', '.join(_CHOICES[key])}")
    return Term(key, value.lower() if key in _CHOICES else value, bool(match["minus"]))


_CHOICES = {
    "is": ("refused", "faulted", "delivered", "undelivered"), "has": ("warning",),
    "door": ("soap11", "soap12", "get", "post", *DOOR_GROUPS),
}


def _holds(text: str | None, part: str) -> bool:
    return part.casefold() in (text or "").casefold()


def _is_door(door: str, wanted: str) -> bool:
    return door in DOOR_GROUPS.get(wanted, (wanted,))


def _message_is(message: Message, what: str) -> bool:
    status = message.status
    return {"delivered": status == DELIVERED, "undelivered": status not in _NOT_FINAL}.get(what, False)


def code_of(entry: Entry) -> str:
    """The failure code that was answered, ``-7``; ``ok`` where it was none, empty where there was no answer."""
    if entry.answer is None:
        return ""
    code = failure_value(entry.answer)
    return "ok" if code is None else str(code)


def _entry_is(entry: Entry, what: str) -> bool:
    if what == "faulted":
        return bool(entry.fault)
    return what == "refused" and (bool(entry.reason) or code_of(entry).startswith("-"))


def _told(entry: Entry) -> str:
    values = (str(value) for value in entry.parameters.values() if value is not None)
    return "\n".join((*values, entry.answer or "", entry.reason, *entry.notes))


def _is_to(entry: Entry, number: str) -> bool:
    return any(phone.startswith(number) for phone in _recipients(entry))


def _recipients(entry: Entry) -> Iterable[str]:
    """The numbers that a call named, whatever else is wrong with it."""
    named = _parameter(entry, "DesNo")
    operation = BY_NAME.get(entry.operation or "")
    return named.split(",") if named else numbers_of(operation, entry.parameters) if operation else ()


def _parameter(entry: Entry, name: str) -> str:
    return str(entry.parameters.get(name) or "")


_OF_MESSAGES: dict[str, Callable[[str, Message, str], bool]] = {
    "": lambda _account, message, value: any(_holds(text, value) for text in (message.text, message.phone, message.customer_uuid)),
    "to": lambda _account, message, value: message.phone.startswith(value),
    "op": lambda _account, message, value: _holds(message.operation, value),
    "code": lambda _account, _message, value: value.lower() == "ok",
    "door": lambda _account, message, value: _is_door(message.door, value),
    "fault": lambda _account, _message, _value: False,
    "account": lambda account, _message, value: account == value,
    "batch": lambda _account, message, value: message.batch_number == value,
    "status": lambda _account, message, value: message.status.casefold() == value.casefold(),
    "uuid": lambda _account, message, value: message.customer_uuid == value,
    "is": lambda _account, message, value: _message_is(message, value),
    "has": lambda _account, _message, _value: False,
}
_OF_ENTRIES: dict[str, Callable[[Entry, str], bool]] = {
    "": lambda entry, value: _holds(_told(entry), value),
    "to": _is_to,
    "op": lambda entry, value: _holds(entry.operation, value),
    "code": lambda entry, value: code_of(entry).removeprefix("-") == value.lower().removeprefix("-"),
    "door": lambda entry, value: _is_door(entry.door, value),
    "fault": lambda entry, value: bool(entry.fault) and _holds(entry.fault, value),
    "account": lambda entry, value: entry.account == value,
    "batch": lambda entry, value: value in (entry.answer, _parameter(entry, "batchNumber")),
    "status": lambda entry, value: str(entry.status) == value,
    "uuid": lambda entry, value: _parameter(entry, "customerUuid") == value,
    "is": _entry_is,
    "has": lambda entry, _value: bool(entry.notes),
}
