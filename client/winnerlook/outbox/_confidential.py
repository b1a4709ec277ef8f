"""The column types through which everything personal gets into the store and out of it.

They find the key of the store at hand in a context variable that `Store` sets around its transactions: the tables are the same for all
stores, and a connection may be the caller's. Outside of one they store nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

from winnerlook.masking import mask_text
from winnerlook.outbox._vault import MARK, Seals

_current: ContextVar[Seals] = ContextVar("seals")


@contextmanager
def using(seals: Seals) -> Iterator[None]:
    """Seal and open by these."""
    token = _current.set(seals)
    try:
        yield
    finally:
        _current.reset(token)


def at_hand() -> Seals:
    """Those in use. Raises RuntimeError outside of a store's transaction."""
    try:
        return _current.get()
    except LookupError:
        raise RuntimeError("what is confidential passes in a transaction of Store.run, look or joined only") from None


class _Quiet(str):
    """A string whose repr says only how long it is: SQLAlchemy shows parameters by their repr in its log and its errors (L2)."""

    __slots__ = ()

    def __repr__(self) -> str:
        return mask_text(self)


class _QuietBytes(bytes):
    """The same of bytes."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes>"


class Hidden(TypeDecorator[str]):
    """A text as it is stored, not shown."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """Hide it from logs."""
        del dialect
        return None if value is None else _Quiet(value)


class HiddenBytes(TypeDecorator[bytes]):
    """Bytes as they are stored, not shown."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: sa.Dialect) -> bytes | None:
        """Hide them from logs."""
        del dialect
        return None if value is None else _QuietBytes(value)


class Confidential(TypeDecorator[str]):
    """A phone number or a text. What was sealed for one `place`, a table and column, opens in no other."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place, self._place = place, place.encode()

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """Seal it, where there is a key."""
        del dialect
        return None if value is None else _Quiet(at_hand().seal(self._place, value))

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> str | None:
        """As it was."""
        del dialect
        return None if value is None else at_hand().open(self._place, value)


class RawAnswer(TypeDecorator[bytes]):
    """An answer's bytes, which hold numbers and texts."""

    impl = sa.LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place, self._place = place, place.encode()

    def process_bind_param(self, value: bytes | None, dialect: sa.Dialect) -> bytes | None:
        """Seal them, where there is a key."""
        del dialect
        return None if value is None else _QuietBytes(at_hand().seal_bytes(self._place, value))

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> bytes | None:
        """As they were."""
        del dialect
        return None if value is None else at_hand().open_bytes(self._place, bytes(value))


class Keyed(TypeDecorator[str]):
    """What is only ever compared: with a key its hash, which never becomes the value again. `last`: how much of its end counts."""

    impl = sa.String
    cache_ok = True

    def __init__(self, place: str, length: int, last: int = 0) -> None:
        super().__init__(length)
        self.place, self.length, self.last, self._place = place, length, last, place.encode()

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """Its hash, where there is a key. What is one already stays as it is."""
        del dialect
        if value is None or value.startswith(MARK):
            return value
        return _Quiet(at_hand().digest(self._place, self.clear(value)))

    def clear(self, value: str) -> str:
        """What is stored where there is no key."""
        return value[-self.last:]


def stored_for(column: sa.Column[Any], value: str) -> sa.ColumnElement[bool]:
    """Where a keyed column stands for a value, whether it was stored before there was a key or since."""
    kind = column.type
    assert isinstance(kind, Keyed)
    if not at_hand().clear_left:
        return column == value
    return (column == value) | (as_stored(column) == kind.clear(value))


def as_stored(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """A column with what really is in it."""
    return sa.type_coerce(column, HiddenBytes() if isinstance(column.type, RawAnswer) else Hidden())
