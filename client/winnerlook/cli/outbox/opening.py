"""What the commands of the outbox work with: the store, the accounts' clients, and words for what goes wrong."""

from __future__ import annotations

import argparse
import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from winnerlook import config
from winnerlook._client import Client
from winnerlook.cli import exits, failures
from winnerlook.cli.invocation import Invocation
from winnerlook.cli.outbox.options import DATABASE, PROFILES, STORE, Given
from winnerlook.cli.outbox.rendering import clock
from winnerlook.cli.usage import UsageError
from winnerlook.errors import ConfigurationError, WinnerlookError

if TYPE_CHECKING:
    from winnerlook.outbox import Outbox

Handler = Callable[[Invocation], int]

EXPLAINED = """\
exit codes of outbox commands:
  0    done
  1    verify found a change; status --check found what needs a person
  2    wrong usage or configuration, or refused: nothing was changed
  4    the database failed or could not be reached: what is not done yet can be repeated
  130  interrupted with Ctrl-C; what was begun is in the store, and the next run goes on
The others are those of winnerlook --help. Messages whose outcome is unknown are not an error here:
see winnerlook outbox unknown."""


def guarded(handler: Handler) -> Handler:
    """A command whose errors of the outbox become words and exit codes."""

    @functools.wraps(handler)
    def guard(run: Invocation) -> int:
        try:
            from winnerlook.outbox import (  # noqa: PLC0415  # an extra
                ArchiveError,
                LogError,
                NotInitialisedError,
                OutboxError,
                RetentionError,
                SettlementError,
            )
        except ImportError as error:
            raise UsageError(str(error)) from None
        try:
            return handler(run)
        except (ArchiveError, LogError) as error:
            return _tell(run, error, exits.FOUND)
        except NotInitialisedError as error:
            return _tell(run, error, exits.REFUSED, "winnerlook outbox init makes the tables, or brings them up to date")
        except (RetentionError, SettlementError) as error:
            return _tell(run, error, exits.REFUSED, "nothing was changed")
        except OutboxError as error:
            return _tell(run, error, exits.NOT_SENT, "is the database there and reachable? what is done is done: repeat the rest")

    return guard


def _tell(run: Invocation, error: WinnerlookError, code: int, advice: str = "") -> int:
    if run.output.as_json:
        run.output.document({"error": failures.error_value(error)})
        return code
    run.output.note(str(error))
    if advice:
        run.output.note(advice)
    return code


@contextmanager
def opened(run: Invocation, *, new: bool = False) -> Iterator[Outbox]:
    """The store that is asked for. A file that is not there is made by `init` (`new`) alone. Raises UsageError and ConfigurationError."""
    from winnerlook.outbox import Outbox  # noqa: PLC0415

    given = Given(run, STORE)
    url = given.text("database")
    if not url:
        raise UsageError(f"which store? give --database or set {DATABASE.variable}, such as sqlite:////var/lib/shop/outbox.sqlite")
    if not new:
        _check_there(url)
    file = given.text("key-file")
    key = None if file is None else config.read_secret(Path(file), "--key-file", "key").value
    account = run.configuration()[0]["user_code"].value or None
    with Outbox(url, account=account, key=key, patience=given.seconds("patience") or 0) as outbox:
        yield outbox


def _check_there(url: str) -> None:
    from sqlalchemy.engine import make_url  # noqa: PLC0415
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

    try:
        parts = make_url(url)
    except ArgumentError:
        return  # the outbox says what is wrong with it
    if parts.get_backend_name() == "sqlite" and parts.database and parts.database != ":memory:" and not Path(parts.database).exists():
        path = Path(parts.database).absolute()
        raise UsageError(f"there is no file {path}: is the path right? winnerlook outbox init makes a new, empty store there")


@contextmanager
def clients(run: Invocation) -> Iterator[list[Client]]:
    """One for each profile, else the one of the settings. Raises UsageError and ConfigurationError."""
    with ExitStack() as stack:
        made: dict[str, str] = {}
        found = []
        profiles: list[str | None] = list(Given(run, (PROFILES,)).list("profiles"))
        for profile in profiles or [None]:
            args = run.args if profile is None else argparse.Namespace(**{**vars(run.args), "profile": profile})
            each = Invocation(args, run.output, run.inputs)
            account = str(each.configuration()[0]["user_code"].value)
            if account in made:
                raise ConfigurationError(
                    f"profiles {made[account]} and {profile} have the same user_code: is it set by a flag or {config.PREFIX}USER_CODE?"
                )
            made[account] = str(profile)
            found.append(stack.enter_context(each.client()))
        yield found


class _Notes(logging.Handler):
    def __init__(self, run: Invocation) -> None:
        super().__init__(logging.WARNING)
        self._run = run

    def emit(self, record: logging.LogRecord) -> None:
        self._run.output.note(f"{clock(datetime.fromtimestamp(record.created, UTC))} (UTC+8)  {self.format(record)}")


@contextmanager
def notes(run: Invocation) -> Iterator[None]:
    """What the outbox warns about goes to standard error."""
    log, handler = logging.getLogger("winnerlook.outbox"), _Notes(run)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
