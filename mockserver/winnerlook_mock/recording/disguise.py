"""A call and its answer with stand-ins for what is private in them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import unquote

from winnerlook import encryption, records
from winnerlook.individual import DEFAULT_SEPARATORS, SAME_SEPARATORS, parse_pairs, split_pairs
from winnerlook.operations import BY_NAME, Operation, Result
from winnerlook.records import Reply, Report
from winnerlook_mock.recording.files import Answer, Values
from winnerlook_mock.recording.standins import StandIns

_SMALL = re.compile(r"-?[0-9]{1,5}")
_BATCH = re.compile(r"[0-9]{15,25}")
_CODE = re.compile(r"\s*-[0-9]{1,4}\s*")
_AMOUNT = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?")
_STATUS = re.compile(r"[A-Za-z_:-]{0,12}[0-9]{0,4}")
_SEPARATORS = re.compile(r"([,，;；、|/\r\n\t]+)")
_RUN = re.compile(r"[0-9]{7,}")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})")
_QUOTED = 5
"""Characters in a row that give an original away."""
_KEPT_BODY = 65_536
_NAMES = {name.lower(): name for operation in BY_NAME.values() for name in (
    *(parameter.name for parameter in operation.parameters), *(parameter.name for parameter in operation.submit_info))}


class Disguise:
    """Gives everything private its stand-in. `passwords` are those of accounts by their user names, to decrypt with."""

    def __init__(self, stand_ins: StandIns, passwords: Mapping[str, str]) -> None:
        self._stand_ins = stand_ins
        self._passwords = passwords

    def parameters(self, operation: Operation, given: Mapping[str, object]) -> tuple[Values, Values, list[str]]:
        """A call's parameters, the fields of its submitInfo, and notes on what could not be kept."""
        kept: dict[str, str | int] = {}
        inside: Values = {}
        notes: list[str] = []
        for name, value in given.items():
            shown = self._name(name)
            meant = _NAMES.get(name.partition("#")[0].lower(), "")
            if meant == "submitInfo" and isinstance(value, str):
                fields = self.fields(given)
                inside = inside or {field: self._value(BY_NAME["sendMsgByEncrypt"], field, text) for field, text in fields.items()}
                kept[shown] = "decrypted" if inside else self._stand_ins.ciphertext(value)
                notes += [] if inside else [_opaque_note(value)]
            elif value is not None:
                kept[shown] = value if isinstance(value, int) else self._value(operation, meant, str(value))
        return kept, inside, notes

    def _name(self, name: str) -> str:
        """A parameter's name as it was written, unless it is none and may be part of a text."""
        bare, mark, suffix = name.partition("#")
        if bare.lower() in _NAMES and (suffix.isdecimal() or suffix in ("", "undecodable")):
            return f"{bare}{mark}{suffix}"
        return self._stand_ins.text(name)

    def fields(self, given: Mapping[str, object]) -> dict[str, str]:
        """The fields of a call's submitInfo as they were sent, none where it has none that can be decrypted."""
        password, submit_info = self._passwords.get(str(given.get("userCode") or "")), given.get("submitInfo")
        if password is None or not isinstance(submit_info, str):
            return {}
        for charset in (encryption.ENCODING, "utf-8"):
            try:
                return encryption.parse_plaintext(encryption.decrypt(submit_info, password).decode(charset))
            except ValueError:
                continue
        return {}

    def _value(self, operation: Operation, name: str, value: str) -> str:
        give = self._stand_ins
        if name in ("smsType", "Channel") and _SMALL.fullmatch(value):
            return value
        if name == "Msg" and operation.name == "SendIndividualMsg":
            return self._pairs(value)
        by_name = {
            "userCode": give.user, "userPass": give.password, "customerUuid": give.uuid, "DesNo": self._several, "autograph": give.number,
            "ExeNo": give.number, "batchNumber": self._batch,
        }
        return by_name.get(name, give.text)(value)

    def _several(self, numbers: str) -> str:
        return "".join(piece if at % 2 else self._stand_ins.number(piece) for at, piece in enumerate(_SEPARATORS.split(numbers)))

    def _pairs(self, message: str) -> str:
        try:
            pairs = parse_pairs(message)
        except ValueError:
            return self._stand_ins.text(message)
        separators = DEFAULT_SEPARATORS if split_pairs(message, DEFAULT_SEPARATORS) else SAME_SEPARATORS
        give = self._stand_ins
        return separators.between.join(f"{give.number(phone)}{separators.within}{give.text(text)}" for phone, text in pairs)

    def _batch(self, value: str) -> str:
        """A batch number is kept, since it links sends and reports; what is none may be a phone number."""
        return value if _BATCH.fullmatch(value) else self._stand_ins.number(value)

    def result(self, operation: Operation, result: str) -> tuple[str, list[str]]:
        """A result string, and a note where it was not of its operation's shape."""
        if not result.strip() or _CODE.fullmatch(result):
            return result, []
        try:
            return self._shaped(operation, result), []
        except ValueError:
            return self._stand_ins.text(result), ["the result was not of the documented shape, and is a stand-in as a whole"]

    def _shaped(self, operation: Operation, result: str) -> str:
        """Raises ValueError for what is not of the operation's shape."""
        match operation.result:
            case Result.BALANCE | Result.BATCH_NUMBER:
                if not (_AMOUNT if operation.result is Result.BALANCE else _BATCH).fullmatch(result.strip()):
                    raise ValueError("another shape")
                return result
            case Result.REPORTS | Result.TIMED_REPORTS:
                timed = operation.result is Result.TIMED_REPORTS
                return records.format_reports([self._report(one) for one in records.parse_reports(result, timed=timed)], timed=timed)
        with_sender = operation.result is Result.SENDER_REPLIES
        replies = records.parse_replies(result, with_sender=with_sender)
        return records.format_replies([self._reply(one) for one in replies], with_sender=with_sender)

    def _report(self, report: Report) -> Report:
        give = self._stand_ins
        status = report.status if _STATUS.fullmatch(report.status) else give.text(report.status)
        return replace(
            report, batch_number=self._batch(report.batch_number), phone=give.number(report.phone), status=status,
            customer_uuid=give.uuid(report.customer_uuid),
        )

    def _reply(self, reply: Reply) -> Reply:
        give = self._stand_ins
        return replace(
            reply, phone=give.number(reply.phone), text=give.text(reply.text), sent_from=give.number(reply.sent_from or ""),
            customer_uuid=give.uuid(reply.customer_uuid),
        )

    def body(self, answer: Answer, secrets: Iterable[str]) -> tuple[Answer, list[str]]:
        """An answer that is no result: known originals in its body replaced, and no body where it quotes `secrets` all the same."""
        body = answer.body
        if body is None:
            return answer, ["the body was no text that could be looked through, and is left out"]
        for original in sorted(self._stand_ins.originals, key=len, reverse=True):
            if len(original) >= _QUOTED:
                body = body.replace(original, self._stand_ins.originals[original])
        body = _RUN.sub(lambda run: self._batch(run[0]), body)
        if len(body) > _KEPT_BODY or _quotes(body, secrets):
            return replace(answer, body=None), ["the body is too long, or quotes what was sent, and is left out"]
        return replace(answer, body=body), []


def _opaque_note(submit_info: str) -> str:
    return (
        f"submitInfo ({len(submit_info)} characters) was not kept, for it could not be decrypted:"
        " give the account's password by --user-pass-file"
    )


def _quotes(body: str, secrets: Iterable[str]) -> bool:
    """Whether a body holds a piece of what is private, in any of the usual ways of writing it."""
    spellings = {
        body, html.unescape(body), unquote(body), unquote(body, "gbk"), _ESCAPE.sub(lambda match: chr(int(match[1], 16)), body),
    }
    for secret in filter(None, secrets):
        pieces = {secret[at : at + _QUOTED] for at in range(max(1, len(secret) - _QUOTED + 1))}
        if any(piece in spelling for piece in pieces for spelling in spellings):
            return True
    return False
