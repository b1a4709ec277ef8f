"""What can go wrong with the store itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from winnerlook.certainty import Certainty
from winnerlook.errors import WinnerlookError

_NO_TABLE = frozenset({"42P01"})
"""PostgreSQL's undefined_table; SQLite has only words."""
_MEANINGS = {
    "SQLITE_NOTADB": "The file is no SQLite database: is the path right?",
    "SQLITE_CANTOPEN": "The file cannot be opened: is the path right, and may this user read it?",
    "SQLITE_READONLY": "This user may not write to the file or beside it",
    "SQLITE_FULL": "The disk is full", "53100": "Its disk is full",
    "SQLITE_CORRUPT": "The file is damaged: stop all who use it, and put a backup back",
    "SQLITE_BUSY": "Another process has it locked", "53300": "It has too many connections",
    "42501": "Its user may not do this: who made the tables?", "25006": "It is read-only: a standby?",
}
"""By what the database calls them: errors for which a person has to do something."""
_NO_CONNECTION = frozenset({"OperationalError", "ConnectionTimeout"})
_UNREACHABLE = "There is no connection to it: does the server run, and are host, port, user, password and database of the URL right?"
"""psycopg's errors while it connects, which have no code: their words would quote the URL's parts."""


class OutboxError(WinnerlookError):
    """The store could not do what it was asked. Holds nothing of what was to be stored."""

    default_certainty = Certainty.NOT_SENT


class StoreError(OutboxError):
    """The database failed. `kind` is its error's class name, `sqlstate` its code where it gives one."""

    def __init__(self, message: str, *, kind: str = "", sqlstate: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.sqlstate = sqlstate


class NotInitialisedError(OutboxError):
    """The tables are not there, or of another version than this program's: run `Outbox.init`."""


class LogError(OutboxError):
    """The event log has been changed. `lane` and `seq` are the first entry that does not fit."""

    def __init__(self, message: str, *, lane: int, seq: int) -> None:
        super().__init__(message)
        self.lane = lane
        self.seq = seq


class SettlementError(OutboxError, ValueError):
    """What a person asked for does not fit the message: there is none of this `id`, or its `state` (None) has no such move. Nothing was
    changed."""

    def __init__(self, message: str, *, id: str, state: str | None = None) -> None:  # noqa: A002  # as it is called everywhere
        super().__init__(message)
        self.id = id
        self.state = state


class ArchiveError(OutboxError):
    """An exported file is cut off, was changed, or belongs to another store or another part of the log. `line` counts from 1, 0 where no
    line is to blame."""

    def __init__(self, message: str, *, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class RetentionError(OutboxError, ValueError):
    """What is to be pruned is younger than six months (L1). `earliest` is the date up to which pruning is allowed."""

    def __init__(self, message: str, *, earliest: datetime) -> None:
        super().__init__(message)
        self.earliest = earliest


@contextmanager
def masked() -> Iterator[None]:
    """A database's own words quote rows, and a chained exception is printed with its words (L2)."""
    try:
        yield
    except SQLAlchemyError as error:
        raise store_error(error) from None


def store_error(error: SQLAlchemyError) -> OutboxError:
    """What to raise instead."""
    origin = error.orig if isinstance(error, DBAPIError) else None
    kind = type(origin or error).__name__
    sqlstate = getattr(origin, "sqlstate", None) or getattr(origin, "sqlite_errorname", None)
    if sqlstate in _NO_TABLE or "no such table: wl_" in str(origin):
        return NotInitialisedError("the outbox's tables are not there: run Outbox.init() once")
    code = f", {sqlstate}" if sqlstate else ""
    # A connection that breaks while it commits does not say whether it did.
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    told = _MEANINGS.get(sqlstate or "") or (_UNREACHABLE if kind in _NO_CONNECTION and not sqlstate and not lost else "")
    meaning = f". {told}" if told else ""
    stored = "whether this step was stored is not known" if lost else "nothing of this step was stored"
    return StoreError(f"the outbox's database failed ({kind}{code}); {stored}{meaning}", kind=kind, sqlstate=sqlstate)
