"""From a result string to a typed result (F1-F5, O1-O12)."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from winnerlook import individual, records
from winnerlook._wire import Parameters, WireAnswer, facts_of
from winnerlook.codes import failure_value
from winnerlook.errors import GatewayError, UnreadableResultError
from winnerlook.individual import Separators
from winnerlook.operations import Operation
from winnerlook.operations import Result as Kind
from winnerlook.records import RecordsError, Reply, Report
from winnerlook.results import Sent

TypedResult = Decimal | Sent | tuple[Report, ...] | tuple[Reply, ...]
"""What a call gives: a balance, a receipt, reports or replies."""

_BALANCE = re.compile(r"\s*[+-]?[0-9]+(\.[0-9]+)?\s*", re.ASCII)
_BATCH_NUMBER = re.compile(r"\s*[0-9]+\s*", re.ASCII)

_RECORDS: dict[Kind, Callable[[str], tuple[Report, ...] | tuple[Reply, ...]]] = {
    Kind.REPORTS: lambda result: records.parse_reports(result, timed=False),
    Kind.TIMED_REPORTS: lambda result: records.parse_reports(result, timed=True),
    Kind.REPLIES: lambda result: records.parse_replies(result, with_sender=False),
    Kind.SENDER_REPLIES: lambda result: records.parse_replies(result, with_sender=True),
}


def typed_result(
    operation: Operation, parameters: Parameters, separators: Separators, result: str, answer: WireAnswer,
) -> TypedResult:
    """What a result string means. Raises GatewayError for a failure code, UnreadableResultError for what the operation cannot give."""
    code = failure_value(result)
    if code is not None:
        raise GatewayError.from_code(code, operation.name)
    facts = facts_of(operation, answer)
    if operation.polls:
        try:
            return _RECORDS[operation.result](result)
        except RecordsError as error:
            raise UnreadableResultError.of(f"the result cannot be read: {error}", result, error, **facts) from None
    if operation.result is Kind.BALANCE:
        if not _BALANCE.fullmatch(result):
            raise UnreadableResultError.of("the result is no balance", result, **facts)
        return Decimal(result.strip())
    if not _BATCH_NUMBER.fullmatch(result):
        raise UnreadableResultError.of("the result is no batch number", result, **facts)
    return Sent(result.strip(), operation.name, recipients(operation, parameters, separators), str(parameters.get("customerUuid", "")))


def recipients(operation: Operation, parameters: Parameters, separators: Separators) -> tuple[str, ...]:
    """The numbers that a send goes to; none where only an encrypted submitInfo was given."""
    if operation.name == "SendIndividualMsg":
        pairs = individual.split_pairs(str(parameters["Msg"]), separators)
        return tuple(phone for phone, _ in pairs or ())
    numbers = str(parameters.get("DesNo", ""))
    return tuple(numbers.split(",")) if numbers else ()
