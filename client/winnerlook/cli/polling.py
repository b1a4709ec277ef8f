"""The commands that take records out of the gateway, which then forgets them (R1): nothing that came may be lost."""

from __future__ import annotations

from collections.abc import Iterator

from winnerlook import errors
from winnerlook._client import Client
from winnerlook._core import Core
from winnerlook._follow import Following
from winnerlook.cli.exits import DONE
from winnerlook.cli.invocation import Invocation
from winnerlook.cli.rendering import Record, json_lines, record_header, record_line, record_value
from winnerlook.cli.stopping import stopped_by_signals
from winnerlook.cli.usage import UsageError
from winnerlook.operations import BY_NAME, Operation

_INTERVAL, _LONGEST_WAIT = 5.0, 60.0
"""Seconds between two rounds of --follow, and the most that they grow to while nothing comes."""


def reports(run: Invocation) -> int:
    """O6, O9."""
    return _fetch(run, "GetReport2ByEncrypt" if run.args.encrypted else "GetReport2Connect")


def replies(run: Invocation) -> int:
    """O4, O10."""
    return _fetch(run, "GetMo2ByEncrypt" if run.args.encrypted else "GetMo2Connect")


def poll(run: Invocation, client: Client, operation: Operation, parameters: dict[str, str]) -> tuple[Record, ...]:
    """One call. What an answer holds beyond what could be read of it goes to a file, before anything else can go wrong."""
    try:
        with run.calling(operation):
            result = client.call(operation.name, **parameters)
    except errors.AnswerError as error:
        _keep_unread(run, operation, error)
        if isinstance(error, errors.UnreadableResultError):
            show_records(run, operation, error.records, first=True)
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


def _fetch(run: Invocation, name: str) -> int:
    if run.args.follow:
        return _follow(run, BY_NAME[name])
    if run.args.interval is not None:
        raise UsageError("--interval is for --follow: give that too")
    return _drain(run, BY_NAME[name])


def _drain(run: Invocation, operation: Operation) -> int:
    previous: tuple[Record, ...] = ()
    page, last = previous, False
    with run.client() as client:
        while not last:
            previous, page = page, poll(run, client, operation, {})
            show_records(run, operation, page, first=not previous)
            last = Core.is_last(page, previous)
    if not (page or previous or run.output.as_json):
        run.output.line(f"no new {noun(operation)}")
    return DONE


def _follow(run: Invocation, operation: Operation) -> int:
    """Print records as they come, until a signal ends it; those that were polled by then are printed still."""
    interval = _INTERVAL if run.args.interval is None else run.args.interval
    with run.client() as client:
        following = client.follow(
            interval=interval, max_interval=max(interval, _LONGEST_WAIT), encrypted=run.args.encrypted,
            reports=noun(operation) == "reports", replies=noun(operation) == "replies",
        )
        with stopped_by_signals(following.stop):
            for position, record in enumerate(_received(run, operation, following)):
                try:
                    _show(run, record, first=position == 0)
                except BaseException:
                    following.stop()
                    run.keep(noun(operation), json_lines([record, *following]))
                    raise
    return DONE


def _received(run: Invocation, operation: Operation, following: Following) -> Iterator[Record]:
    """The records of a following. Those of an answer that could not be read to its end come before its error."""
    while True:
        try:
            with run.calling(operation):
                record = next(following, None)
        except errors.AnswerError as error:
            _keep_unread(run, operation, error)
            following.stop()
            yield from following
            raise
        if record is None:
            return
        yield record


def _keep_unread(run: Invocation, operation: Operation, error: errors.AnswerError) -> None:
    """Save what an answer holds that could not be read: of a result the rest, of what is no answer everything."""
    if isinstance(error, errors.UnreadableResultError):
        run.keep(noun(operation), error.rest.encode("utf-8", "surrogatepass"))
    elif not isinstance(error, errors.HttpStatusError | errors.SoapFaultError) and error.body:
        run.keep(noun(operation), error.body)


def _show(run: Invocation, record: Record, *, first: bool) -> None:
    if run.output.as_json:
        run.output.document(record_value(record))
        return
    if first:
        run.output.line(record_header(record))
    run.output.line(record_line(record))
