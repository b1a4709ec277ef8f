"""The commands that take records out of the gateway, which then forgets them (R1): nothing that came may be lost."""

from __future__ import annotations

from winnerlook import errors
from winnerlook._client import Client
from winnerlook.cli.exits import DONE
from winnerlook.cli.invocation import Invocation
from winnerlook.cli.rendering import Record, json_lines, record_header, record_line, record_value
from winnerlook.operations import BY_NAME, Operation


def reports(run: Invocation) -> int:
    """O6, O9."""
    return _drain(run, "GetReport2ByEncrypt" if run.args.encrypted else "GetReport2Connect")


def replies(run: Invocation) -> int:
    """O4, O10."""
    return _drain(run, "GetMo2ByEncrypt" if run.args.encrypted else "GetMo2Connect")


def poll(run: Invocation, client: Client, operation: Operation, parameters: dict[str, str]) -> tuple[Record, ...]:
    """One call. What an answer holds beyond what could be read of it goes to a file, before anything else can go wrong."""
    try:
        with run.calling(operation):
            result = client.call(operation.name, **parameters)
    except errors.UnreadableResultError as error:
        run.keep(noun(operation), error.rest.encode("utf-8", "surrogatepass"))
        show_records(run, operation, error.records, first=True)
        raise
    except errors.AnswerError as error:
        if not isinstance(error, errors.HttpStatusError | errors.SoapFaultError) and error.body:
            run.keep(noun(operation), error.body)
        raise
    assert isinstance(result, tuple)  # what a poll gives
    return result


def show_records(run: Invocation, operation: Operation, records: tuple[Record, ...], *, first: bool) -> None:
    """Print records one by one; those that nobody took go to a file. `first` says that nothing stands above them yet."""
    for position, record in enumerate(records):
        try:
            _show(run, record, first=first and position == 0)
        except BaseException:
            run.keep(noun(operation), json_lines(records[position:]))
            raise


def noun(operation: Operation) -> str:
    """What an operation polls."""
    return "reports" if "Report" in operation.name else "replies"


def _drain(run: Invocation, name: str) -> int:
    operation = BY_NAME[name]
    last: tuple[Record, ...] = ()
    with run.client() as client:
        # A mock that replays, or a cache in between, would give the same records for ever.
        while records := poll(run, client, operation, {}):
            show_records(run, operation, records, first=not last)
            if records == last:
                break
            last = records
    if not last and not run.output.as_json:
        run.output.line(f"no new {noun(operation)}")
    return DONE


def _show(run: Invocation, record: Record, *, first: bool) -> None:
    if run.output.as_json:
        run.output.document(record_value(record))
        return
    if first:
        run.output.line(record_header(record))
    run.output.line(record_line(record))
