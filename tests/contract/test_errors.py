"""The tree of exceptions."""

from __future__ import annotations

import copy
import pickle
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winnerlook import codes, errors, operations
from winnerlook.certainty import Certainty
from winnerlook.errors import GatewayError, WinnerlookError
from winnerlook.evidence import Evidence
from winnerlook.records import RecordsError, Report
from winnerlook.results import Sent

PHONE = "13912345678"
TEXT = "机密的短信"
ANSWER: dict[str, Any] = {
    "operation": "GetMo2Connect", "status": 502, "content_type": "text/html", "body": f"<html>{PHONE} {TEXT}".encode(),
}
CLOSED = Evidence()
HALFWAY = Evidence(connected=True, bytes_sent=300, request_complete=True, bytes_received=17)
REPORT = Report("2200001476358475197", PHONE, "DELIVRD")
THROTTLED = GatewayError.from_code(-16, "SendBatchMsg")

EXAMPLES: list[WinnerlookError] = [
    WinnerlookError("something", operation="SendMsg", certainty=Certainty.REJECTED),
    errors.ConfigurationError("no endpoint"),
    errors.InvalidRequestError("customerUuid is too long", parameter="customerUuid", operation="SendMsg"),
    *(GatewayError.from_code(code.value, "SendMsg") for code in codes.ALL),
    GatewayError.from_code(-99, "SendMsg"),
    errors.TransportError("it broke", evidence=HALFWAY, operation="SendMsg"),
    errors.ConnectError("refused", evidence=CLOSED, operation="SendMsg"),
    errors.CertificateError("expired", evidence=CLOSED, operation="SendMsg"),
    errors.CallTimeoutError("30 s are over", evidence=HALFWAY, operation="SendMsg"),
    errors.ConnectionLostError("reset", evidence=HALFWAY),
    errors.AnswerError("no answer", **ANSWER),
    errors.HttpStatusError("bad gateway", **ANSWER, certainty=Certainty.NOT_SENT),
    errors.SoapFaultError.of("soap:Server", f"no such number {PHONE}", **ANSWER),
    errors.NotXmlError("not XML", **ANSWER),
    errors.ForbiddenDtdError("a DTD", **ANSWER),
    errors.NotSoapError("no envelope", **ANSWER),
    errors.NotPlainError("no string", **ANSWER),
    errors.WrongOperationError("SendMsgResponse", **ANSWER),
    errors.UnreadableResultError.of(
        "its records break off", f"1,{PHONE},{TEXT}", RecordsError("not a delivery report", (REPORT,), f"{PHONE},{TEXT}"), **ANSWER
    ),
    errors.UnreadableResultError.of("no balance", f"{PHONE} {TEXT}", **ANSWER),
    errors.BulkSendError(
        "SendBatchMsg", [Sent("2200001476358475197", "SendBatchMsg", (PHONE,))], [((PHONE, "13800000000"), THROTTLED)], ["13700000000"]
    ),
]
each_example = pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: f"{type(error).__name__}{error.code or ''}")


def subclasses(cls: type[WinnerlookError]) -> set[type[WinnerlookError]]:
    return {cls}.union(*(subclasses(child) for child in cls.__subclasses__() if child.__module__ == errors.__name__))


def drawn() -> dict[str, tuple[str | None, str]]:
    """Name → parent and note, as the module's docstring draws them."""
    tree: dict[str, tuple[str | None, str]] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.fullmatch(r"    ((?:│   |    )*)(?:[├└]── )?([A-Z]\w+)\s*(.*)", line)
        if match is None:
            continue
        depth = len(match[1]) // 4 + (1 if "── " in line else 0)
        path[depth:] = [match[2]]
        tree[match[2]] = (path[depth - 1] if depth else None, match[3])
    return tree


def test_the_tree_is_drawn_as_it_is() -> None:
    """C1-C28: every class stands in the picture, under its own parent."""
    real = {cls.__name__: next((base.__name__ for base in cls.__mro__[1:] if issubclass(base, WinnerlookError)), None)
            for cls in subclasses(WinnerlookError)}  # fmt: skip
    assert {name: parent for name, (parent, _) in drawn().items()} == real


def test_the_codes_are_drawn_where_they_go() -> None:
    """C1-C28: each beside its class, none missing, none twice."""
    beside = {int(code): name for name, (_, note) in drawn().items() for code in re.findall(r"(?<!\S)-\d+(?!\S)", note)}
    assert beside == {code.value: type(GatewayError.from_code(code.value, "SendMsg")).__name__ for code in codes.ALL}
    assert sum(len(re.findall(r"(?<!\S)-\d+(?!\S)", note)) for _, note in drawn().values()) == 28


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("CredentialsError", [-3, -17]),
        ("BalanceError", [-7]),
        ("ThrottledError", [-16]),
        ("ContentRefusedError", [-4, -5, -10, -24, -54]),
        ("NumberRefusedError", [-9, -12, -20, -46, -47, -48]),
        ("AccountStateError", [-11, -25, -51]),
        ("BadRequestError", [-18, -19, -23, -26, -27, -28, -41, -44]),
        ("ServiceError", [-1, -8]),
    ],
)
def test_families(name: str, values: list[int]) -> None:
    """C1-C28: codes that a caller handles alike share a class."""
    assert [code.value for code in codes.ALL if type(GatewayError.from_code(code.value, "SendMsg")).__name__ == name] == values


def test_every_family_has_one_class() -> None:
    """C1-C28"""
    made = [cls.family for cls in GatewayError.__subclasses__() if cls.family is not None]
    assert sorted(made, key=str) == sorted(codes.Family, key=str)


@pytest.mark.parametrize("code", codes.ALL, ids=lambda code: code.fact)
def test_a_code_becomes_an_error(code: codes.FailureCode) -> None:
    """C1-C28: with the code, the document's words, the operation, and how certain it is that nothing was sent."""
    error = GatewayError.from_code(code.value, "sendMsgExt")
    assert (error.code, error.meaning, error.operation) == (code.value, code.meaning, "sendMsgExt")
    assert error.certainty is (Certainty.UNKNOWN if code.value == -1 else Certainty.REJECTED)
    assert error.waiting_helps is (code.value in {-1, -8, -16, -48, -51})
    for part in (str(code.value), code.meaning, code.english, "sendMsgExt"):
        assert part in str(error)


@given(st.integers(max_value=-1).filter(lambda value: value not in codes.BY_VALUE and value > -(10**18)))
def test_an_unknown_code_is_a_failure_that_proves_nothing(value: int) -> None:
    """F5: a failure whatever it means; whether a send went out is not known, and waiting is no remedy."""
    error = GatewayError.from_code(value, "SendMsg")
    assert type(error) is errors.UnknownCodeError
    assert (error.code, error.meaning, error.operation) == (value, "", "SendMsg")
    assert error.certainty is Certainty.UNKNOWN
    assert not error.waiting_helps
    assert (str(value) in str(error)) is (value > -(10**7)), "a number as long as a phone number is none that people look up (L2)"


def test_every_class_has_an_example_here() -> None:
    """L2: so that the tests below leave no class out. GatewayError itself is never raised."""
    assert {type(error) for error in EXAMPLES} | {GatewayError} == subclasses(WinnerlookError)


@each_example
def test_an_error_is_whole_after_pickling_and_copying(error: WinnerlookError) -> None:
    """C1-C28: task queues pickle errors; nothing that tells what became of a send may get lost on the way."""
    for again in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error), copy.copy(error)):
        assert type(again) is type(error)
        assert again.args == error.args
        assert str(again) == str(error)
        assert comparable(again) == comparable(error)
        assert {"operation", "certainty", "code", "meaning"} <= comparable(again).keys()


def comparable(error: WinnerlookError) -> dict[str, Any]:
    # Errors compare by identity, and a bulk error holds others.
    state = {name: value for name, value in vars(error).items() if name != "failures"}
    failures = [(items, type(inner), vars(inner)) for items, inner in getattr(error, "failures", ())]
    return {**state, "failures": failures}


@each_example
def test_no_error_shows_what_it_carries(error: WinnerlookError) -> None:
    """L2: numbers and texts stay in the attributes that are said to hold them."""
    for shown in (str(error), repr(error), *map(str, error.args)):
        assert PHONE not in shown
        assert TEXT not in shown
        assert "13800000000" not in shown


@each_example
def test_an_error_names_its_operation(error: WinnerlookError) -> None:
    """C1-C28: by the documented name, or by None where no call was under way."""
    assert error.operation is None or error.operation in operations.BY_NAME


def test_what_is_also_a_builtin_error() -> None:
    """R7, R8: callers that know nothing of this package still catch a wrong value and a timeout."""
    assert issubclass(errors.ConfigurationError, ValueError)
    assert issubclass(errors.InvalidRequestError, ValueError)
    assert issubclass(errors.CallTimeoutError, TimeoutError)


def test_what_is_refused_here_was_not_sent() -> None:
    """R7, R8"""
    assert errors.ConfigurationError("x").certainty is Certainty.NOT_SENT
    refused = errors.InvalidRequestError("x", parameter="ExeNo")
    assert (refused.certainty, refused.parameter, refused.code, refused.meaning) == (Certainty.NOT_SENT, "ExeNo", None, None)


@pytest.mark.parametrize("cls", [errors.TransportError, errors.ConnectError, errors.CallTimeoutError, errors.ConnectionLostError])
def test_a_broken_exchange_is_judged_by_its_evidence(cls: type[errors.TransportError]) -> None:
    """C1: a byte that may have left leaves a send in doubt, whatever the class of the error."""
    assert cls("x", evidence=Evidence(connected=True)).certainty is Certainty.NOT_SENT
    assert cls("x", evidence=Evidence(connected=True, bytes_sent=1)).certainty is Certainty.UNKNOWN
    assert cls("x", evidence=HALFWAY).evidence == HALFWAY


def test_a_strange_answer_leaves_a_send_in_doubt() -> None:
    """S5: a fault or an HTTP error is no failure code, so it does not say that nothing was sent."""
    error = errors.SoapFaultError.of("soap:Server", "words", **ANSWER)
    assert error.certainty is Certainty.UNKNOWN
    assert (error.fault_code, error.fault_string) == ("soap:Server", "words")
    assert (error.status, error.content_type, error.body) == (502, "text/html", ANSWER["body"])
    assert f"{len(ANSWER['body'])} bytes" in str(error)


def test_an_unreadable_poll_keeps_everything() -> None:
    """F1, F2: the whole string, what was read, what was not."""
    cause = RecordsError("not a delivery report", (REPORT,), "the rest")
    error = errors.UnreadableResultError.of("its records break off", "the whole", cause, **ANSWER)
    assert (error.result, error.records, error.rest) == ("the whole", (REPORT,), "the rest")
    alone = errors.UnreadableResultError.of("no balance", "the whole", **ANSWER)
    assert (alone.result, alone.records, alone.rest) == ("the whole", (), "the whole")


def test_a_bulk_error_tells_what_became_of_each_part() -> None:
    """R4, R5: the parts that were accepted, those that failed, those not tried; the first failure speaks for the rest."""
    sent = Sent("2200001476358475197", "SendBatchMsg", ("13900000000",))
    rejected, doubtful = GatewayError.from_code(-7, "SendBatchMsg"), errors.CallTimeoutError("x", evidence=HALFWAY)
    error = errors.BulkSendError("SendBatchMsg", [sent], [(("13900000001",), rejected)], ["13900000002"])
    assert (error.sent, error.failures, error.not_attempted) == ((sent,), ((("13900000001",), rejected),), ("13900000002",))
    assert (error.certainty, error.code, error.meaning) == (Certainty.REJECTED, -7, "余额不足")
    mixed = errors.BulkSendError("SendBatchMsg", [], [(("1",), rejected), (("2",), doubtful)], [])
    assert (mixed.certainty, mixed.code) == (Certainty.UNKNOWN, -7)
