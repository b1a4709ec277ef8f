"""The client without I/O: every call and verb as a plan.

A plan is a generator. It yields a request, is sent the answer (or thrown the `TransportError` that came instead), and returns the typed
result. Whoever drives it does the I/O: `Client` by blocking, `AsyncClient` by awaiting. So each verb is written once.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar, cast

from winnerlook import encryption, errors, individual
from winnerlook._results import TypedResult, typed_result
from winnerlook._validation import check_complete, checked
from winnerlook._wire import Codec, Parameters, WireAnswer, WireRequest
from winnerlook.individual import Separators
from winnerlook.masking import scrub
from winnerlook.operations import BY_NAME, DEFAULT_SMS_TYPE, Operation
from winnerlook.records import Reply, Report
from winnerlook.results import Sent

_log = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")
Plan = Generator[WireRequest, WireAnswer, Outcome]
"""Steps of a verb; see the module's docstring."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A call that passed every check. `parameters` are the caller's own, `sent` what travels."""

    operation: Operation
    parameters: Parameters = field(repr=False)
    sent: Parameters = field(repr=False)


class Core:
    """What a client knows: who it is and how it speaks. `reports` and `replies` hold records that were polled and not yet handed on."""

    def __init__(self, user_code: str, user_pass: str, codec: Codec, separators: Separators) -> None:
        self._user_code, self._user_pass = user_code, user_pass
        self._codec = codec
        self._separators = separators
        self.reports: deque[Report] = deque()
        self.replies: deque[Reply] = deque()

    def call(self, name: str, parameters: Mapping[str, object]) -> Plan[TypedResult]:
        """Any operation by its documented name."""
        return (yield from self._exchange(self._prepare(name, parameters)))

    def balance(self) -> Plan[Decimal]:
        """O1."""
        return cast("Decimal", (yield from self.call("GetBalanceConnect", {})))

    def send(self, phone: str, text: str, *, extension: str | None, encrypted: bool, options: Mapping[str, object]) -> Plan[Sent]:
        """O2, O8 when `encrypted`, O11 with an `extension`."""
        if encrypted and (extension or options.get("customerUuid")):
            raise errors.InvalidRequestError(
                "sendMsgByEncrypt takes no extension and no customer_uuid: leave them out, or send over https without encrypted=True",
                operation="sendMsgByEncrypt", parameter="ExeNo" if extension else "customerUuid",
            )
        name = "sendMsgByEncrypt" if encrypted else "sendMsgExt" if extension else "SendMsg"
        parameters = {**options, "DesNo": phone, "Msg": text, "ExeNo": extension or None}
        return cast("Sent", (yield from self.call(name, parameters)))

    def send_many(self, phones: Iterable[str], text: str, options: Mapping[str, object]) -> Plan[tuple[Sent, ...]]:
        """O7, as often as it takes."""
        operation = BY_NAME["SendBatchMsg"]
        chunks = [
            (chunk, self._prepare(operation.name, {**options, "DesNo": ",".join(chunk), "Msg": text}))
            for chunk in _chunks(operation, "DesNo", phones)
        ]
        return (yield from self._bulk(chunks, errors.NumberRefusedError))

    def send_each(self, pairs: Iterable[tuple[str, str]], options: Mapping[str, object]) -> Plan[tuple[Sent, ...]]:
        """O12, as often as it takes."""
        operation = BY_NAME["SendIndividualMsg"]
        chunks = [
            (chunk, self._prepare(operation.name, {**options, "Msg": self._joined(operation, chunk)}))
            for chunk in _chunks(operation, "Msg", pairs)
        ]
        return (yield from self._bulk(chunks, (errors.NumberRefusedError, errors.ContentRefusedError)))

    def poll(self, name: str, backlog: deque[Any], previous: tuple[Any, ...]) -> Plan[tuple[Any, ...]]:
        """Poll once, and put what came into `backlog`. What could be read of an answer that could not be read to its end is put there
        too, before the error is raised. The `previous` records once more are none: whoever repeats himself would be polled for ever."""
        try:
            polled = cast("tuple[Any, ...]", (yield from self.call(name, {})))
        except errors.UnreadableResultError as error:
            backlog.extend(error.records)
            raise
        if polled and polled == previous:
            _log.warning("%s gave the same %d records again, which no gateway should: polling ends here", name, len(polled))
            return ()
        backlog.extend(polled)
        return polled

    def _exchange(self, call: _Prepared) -> Plan[TypedResult]:
        answer = yield self._codec.encode(call.operation, call.sent)
        result = self._codec.decode(call.operation, answer, lambda text: scrub(text, self._personal(call)))
        return typed_result(call.operation, call.parameters, self._separators, result, answer)

    def _personal(self, call: _Prepared) -> set[object]:
        """Everything that a call carried, whole and in pieces, and the password, which an encrypted call carries hidden."""
        pairs = individual.split_pairs(str(call.parameters.get("Msg", "")), self._separators) or []
        numbers = str(call.parameters.get("DesNo", "")).split(",")
        return {self._user_pass, *numbers, *(piece for pair in pairs for piece in pair), *call.parameters.values(), *call.sent.values()}

    def _bulk(
        self, chunks: Sequence[tuple[tuple[Any, ...], _Prepared]], harmless: type[Exception] | tuple[type[Exception], ...],
    ) -> Plan[tuple[Sent, ...]]:
        """Send chunk by chunk. After a failure of a kind that says nothing of the other chunks go on, after any other stop. An interruption
        passes, with a note of what had been accepted."""
        sent: list[Sent] = []
        failures: list[tuple[tuple[Any, ...], errors.WinnerlookError]] = []
        rest: list[Any] = []
        for position, (items, call) in enumerate(chunks):
            try:
                sent.append(cast("Sent", (yield from self._exchange(call))))
            except errors.WinnerlookError as error:
                failures.append((items, error))
                if not isinstance(error, harmless):
                    rest = [item for later, _ in chunks[position + 1 :] for item in later]
                    break
            except BaseException as interruption:
                batches = ", ".join(receipt.batch_number for receipt in sent) or "none"
                interruption.add_note(f"{call.operation.name}: batches accepted before: {batches}; the call under way may have been done")
                raise
        if failures:
            raise errors.BulkSendError(chunks[0][1].operation.name, sent, failures, rest) from failures[0][1]
        return tuple(sent)

    def _prepare(self, name: str, given: Mapping[str, object]) -> _Prepared:
        operation = BY_NAME.get(name)
        if operation is None:
            raise errors.InvalidRequestError(f"there is no operation {name!r}; there are {', '.join(BY_NAME)}", parameter="operation")
        parameters = checked(operation, given, self._separators)
        complete: dict[str, str | int] = {"userCode": self._user_code, "userPass": self._user_pass, **parameters}
        if operation.submit_info and "submitInfo" not in complete:
            complete["submitInfo"] = self._submit_info(operation, complete)
        sent = {parameter.name: complete[parameter.name] for parameter in operation.parameters if parameter.name in complete}
        check_complete(operation, sent)
        return _Prepared(operation, parameters, sent)

    @staticmethod
    def _submit_info(operation: Operation, complete: Mapping[str, str | int]) -> str:
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
            raise errors.InvalidRequestError(
                f"{operation.name}: {what} that GBK, the encrypted form's encoding, cannot hold: change it, or call over https unencrypted",
                operation=operation.name, parameter="userPass" if in_password else "Msg",
            ) from None

    def _joined(self, operation: Operation, pairs: Sequence[tuple[str, str]]) -> str:
        try:
            return individual.format_pairs(pairs, self._separators)
        except ValueError as error:
            raise errors.InvalidRequestError(f"{operation.name}: {error}", operation=operation.name, parameter="Msg") from None


def _chunks(operation: Operation, parameter: str, items: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Pieces of what one call may carry (R4, R5)."""
    if isinstance(items, str | bytes):
        raise errors.InvalidRequestError(
            f"{operation.name} takes several recipients, not one string: pass a list", operation=operation.name, parameter=parameter,
        )
    everything = tuple(items)
    if not everything:
        raise errors.InvalidRequestError(f"{operation.name}: there are no recipients", operation=operation.name, parameter=parameter)
    size = operation.max_recipients
    return [everything[at : at + size] for at in range(0, len(everything), size)]
