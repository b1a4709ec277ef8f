"""Errors told to people and to programs, without a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from winnerlook.certainty import Certainty
from winnerlook.cli import exits
from winnerlook.cli.invocation import Invocation
from winnerlook.cli.rendering import recipient_cells, recipient_value, sent_value
from winnerlook.cli.text import table
from winnerlook.errors import BulkSendError, WinnerlookError
from winnerlook.operations import BY_NAME, Operation

_ADVICE = {
    exits.REFUSED: "nothing was sent",
    exits.REJECTED: "rejected: nothing was done",
    exits.NOT_SENT: "nothing was sent: safe to repeat",
}
_BULK_ADVICE = "what was accepted, failed and was not attempted is on standard output: repeat nothing that was accepted"


def error_value(error: WinnerlookError) -> dict[str, Any]:
    """An error as a JSON value."""
    return described(
        type(error).__name__, str(error), code=error.code, meaning=error.meaning, certainty=error.certainty, operation=error.operation,
    )


def described(
    kind: str, message: str, *, certainty: Certainty, code: int | None = None, meaning: str | None = None, operation: str | None = None,
) -> dict[str, Any]:
    """The JSON value of whatever went wrong."""
    return {
        "code": code, "meaning": meaning, "certainty": str(certainty), "operation": operation, "message": message, "kind": kind,
    }


def tell(run: Invocation, error: WinnerlookError) -> int:
    """Print an error, and what became of each part of a split send. Gives the exit code."""
    code = exits.exit_code(error)
    _tell_result(run, error)
    if run.output.as_json:
        return code
    run.output.note(str(error))
    run.output.note(_advice(error, code))
    return code


def open_outcome(operation: Operation | None) -> str:
    """What may have happened when the outcome of a call is not known."""
    if operation is None:
        return "no call was under way"
    if operation.sends:
        return "the outcome is unknown: it may have been sent, so do not repeat it blindly; its report or the balance will tell"
    if operation.polls:
        return "the outcome is unknown: the gateway may have handed out records, and it does so once only"
    return "the outcome is unknown; asking again does no harm"


def _advice(error: WinnerlookError, code: int) -> str:
    if isinstance(error, BulkSendError):
        return f"{_BULK_ADVICE}, nor blindly what is unknown" if code == exits.UNKNOWN else _BULK_ADVICE
    return _ADVICE.get(code) or open_outcome(BY_NAME.get(error.operation or ""))


def _tell_result(run: Invocation, error: WinnerlookError) -> None:
    if run.output.as_json:
        kept = {"saved_in": run.kept} if run.kept else {}
        parts = _bulk_value(error) if isinstance(error, BulkSendError) else {}
        run.output.document({"error": {**error_value(error), **kept}, **parts})
    elif isinstance(error, BulkSendError):
        for line in table(("OUTCOME", "NUMBER", "DETAIL", "TEXT"), list(_bulk_rows(error))):
            run.output.line(line)


def _bulk_value(error: BulkSendError) -> dict[str, Any]:
    return {
        "sent": [sent_value(sent) for sent in error.sent],
        "failures": [
            {"recipients": [recipient_value(item) for item in items], "error": error_value(failure)} for items, failure in error.failures
        ],
        "not_attempted": [recipient_value(item) for item in error.not_attempted],
    }


def _bulk_rows(error: BulkSendError) -> Iterator[tuple[str, str, str, str]]:
    for sent in error.sent:
        yield from (("accepted", phone, f"batch {sent.batch_number}", "") for phone in sent.phones)
    for items, failure in error.failures:
        detail = type(failure).__name__ if failure.code is None else f"{type(failure).__name__} {failure.code}"
        for number, text in map(recipient_cells, items):
            yield str(failure.certainty), number, detail, text
    for number, text in map(recipient_cells, error.not_attempted):
        yield "not attempted", number, "", text
