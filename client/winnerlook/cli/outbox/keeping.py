"""``winnerlook outbox init``, ``export``, ``prune``, ``verify``, and what else keeps a store in order."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from winnerlook.cli.exits import DONE
from winnerlook.cli.inputs import STDIN
from winnerlook.cli.invocation import Invocation
from winnerlook.cli.outbox.opening import opened
from winnerlook.cli.outbox.options import Given, Option
from winnerlook.cli.outbox.rendering import clock, iso
from winnerlook.cli.output import OutputClosedError
from winnerlook.cli.usage import UsageError
from winnerlook.errors import InvalidRequestError

EXPORTING = (
    Option("since", "TIME", "messages put from then on, such as 2026-01-01 (China time)", shown="the beginning", has_variable=False),
    Option("until", "TIME", "messages put before", shown="now", has_variable=False),
    Option(
        "contents", "HOW", "stored: as the store has it, the only one for prune; plain: decrypted; masked: no numbers, no texts",
        default="stored",
    ),
)
PRUNING = (
    Option("archive", "FILE", "what export wrote; needed", has_variable=False),
    Option("older-than", "TIME", "only what is older than this date", shown="six calendar months", has_variable=False),
    Option("older-than-days", "N", "the same in days", shown="six calendar months"),
)
VERIFYING = (Option("archive", "FILE", "check this file too, and that it is this store's", has_variable=False),)
EXPORT_NOTES = """
JSON lines, or compressed where the name ends in .gz; the last line says how many there are and what they hash to.
A file is there under its name when it is whole and on disk, for its owner alone; none is overwritten. - is standard
output. Unless --contents masked is given, numbers and texts are in it as the store has them.
"""
PRUNE_NOTES = """
Deletes what the archive holds to the letter and nothing else: messages that are done with, polls, records, and the
beginning of the log. Send logs are kept for six months (the document asks for it), so younger ones are refused. Keep
the archive. Interrupted, it can be run again.
"""
_CONTENTS = ("stored", "plain", "masked")


def init(run: Invocation) -> int:
    """Make the tables or bring them up to date."""
    with opened(run, new=True) as outbox:
        outbox.init()
        _say(run, {"ready": True}, f"{outbox!r} is ready")
    return DONE


def resume(run: Invocation) -> int:
    """Let an account send again."""
    name = run.args.name
    with opened(run) as outbox:
        try:
            resumed = outbox.resume(name)
        except InvalidRequestError:
            known = ", ".join(breaker.account for breaker in outbox.status().breakers) or "none"
            raise UsageError(f"there is no account {name!r} in this store; held up are: {known}") from None
    _say(run, {"resumed": name if resumed else None}, f"{name} sends again" if resumed else f"{name} was not held up")
    return DONE


def replay(run: Invocation) -> int:
    """Read again what could not be read."""
    with opened(run) as outbox:
        tried, read = outbox.replay()
    _say(run, {"tried": tried, "read": read}, f"{tried} answers that could not be read, {read} of them can be now")
    return DONE


def limit(run: Invocation) -> int:
    """Set how much an account sends."""
    text = run.args.per_second
    try:
        per_second = None if text == "none" else float(text)
    except ValueError:
        raise UsageError("PER_SECOND is a number of messages above 0, or none") from None
    with opened(run) as outbox:
        outbox.limit(run.args.name, per_second)
    words = "no limit" if per_second is None else f"{per_second:g} messages a second at most"
    _say(run, {"account": run.args.name, "per_second": per_second}, f"{run.args.name}: {words}")
    return DONE


def new_key(run: Invocation) -> int:
    """Print a key."""
    from winnerlook.outbox import new_key as make  # noqa: PLC0415  # an extra

    run.output.line(make())
    return DONE


def encrypt(run: Invocation) -> int:
    """Encrypt what is not, or by an older key."""
    with opened(run) as outbox:
        changed = outbox.encrypt()
    _say(run, {"encrypted": changed}, f"{changed} rows encrypted with the newest key; older keys are needed no more")
    return DONE


def export(run: Invocation) -> int:
    """Write an archive."""
    from winnerlook.outbox import ArchiveError  # noqa: PLC0415  # an extra

    given = Given(run, EXPORTING)
    contents = given.text("contents")
    if contents not in _CONTENTS:
        raise UsageError(f"--contents is one of {', '.join(_CONTENTS)}")
    to: Any = sys.stdout.buffer if run.args.file == STDIN else run.args.file
    with opened(run) as outbox:
        try:
            made = outbox.export(to, since=given.moment("since"), until=given.moment("until"), contents=contents)  # type: ignore[arg-type]
        except ArchiveError as error:
            raise UsageError(str(error)) from None
        except BrokenPipeError as error:
            run.output.flush()
            raise OutputClosedError from error
    words = f"{_counted(made.counts)}; sha256 {made.sha256}"
    if run.args.file == STDIN:
        run.output.note(words)
    else:
        _say(run, {"sha256": made.sha256, "counts": dict(made.counts)}, words)
    return DONE


def prune(run: Invocation) -> int:
    """Delete what is old and archived."""
    given = Given(run, PRUNING)
    archive, before, days = given.text("archive"), given.moment("older-than"), given.number("older-than-days", 1, 36_500)
    if archive is None:
        raise UsageError("which archive? run winnerlook outbox export FILE first, then give --archive FILE")
    if before is not None and days is not None:
        raise UsageError("--older-than and --older-than-days contradict each other: give one")
    _readable(archive)
    with opened(run) as outbox:
        made = outbox.prune(Path(archive), older_than=before if days is None else timedelta(days=days))
    value = {
        "older_than": iso(made.older_than), "archive": made.archive, "messages": made.messages, "records": made.records,
        "polls": made.polls, "entries": made.entries, "kept": made.kept, "log_waits_for": made.log_waits_for,
    }
    words = (
        f"deleted what is older than {clock(made.older_than)} (UTC+8): {made.messages} messages, {made.records} records, "
        f"{made.polls} polls, {made.entries} log entries; {made.kept} stay because they are not done with or changed since the export"
    )
    _say(run, value, words)
    if made.log_waits_for and not run.output.as_json:
        run.output.note(f"the log's later entries wait for message {made.log_waits_for}: see winnerlook outbox show")
    return DONE


def verify(run: Invocation) -> int:
    """Walk the log, and an archive."""
    archive = Given(run, VERIFYING).text("archive")
    if archive is not None:
        _readable(archive)
    with opened(run) as outbox:
        ends = outbox.verify()
        found = None if archive is None else outbox.verify_archive(archive)
    value: dict[str, Any] = {"chains": {str(lane): {"entries": seq, "hash": last} for lane, (seq, last) in ends.items()}}
    words = [f"the log is whole: {sum(seq for seq, _ in ends.values())} entries"]
    words += [f"chain {lane}: {seq} entries, the last {last}" for lane, (seq, last) in ends.items() if seq]
    if found is not None:
        made, named = found
        value["archive"] = {"sha256": made.sha256, "counts": dict(made.counts), "named_by_the_log": named}
        words.append(f"the archive is whole: {_counted(made.counts)}; sha256 {made.sha256}")
        unnamed = "the log does not name its export: is it older than the log, or made by another?"
        words.append("the log names its export" if named else unnamed)
    _say(run, value, "\n".join(words))
    return DONE


def _readable(archive: str) -> None:
    """A name that is misspelt is no archive that was changed."""
    try:
        Path(archive).open("rb").close()
    except OSError as error:
        raise UsageError(f"cannot read {archive}: {error.strerror}") from None


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {kind} lines" for kind, number in counts.items())


def _say(run: Invocation, value: Any, words: str) -> None:
    if run.output.as_json:
        run.output.document(value)
    else:
        run.output.line(words)
