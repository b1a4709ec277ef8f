"""What a receiver remembers, so that a record that comes twice is handled once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from winnerlook.errors import ConfigurationError


class BusyError(Exception):
    """Another request is at work on one of these records right now. Answered with 503: if that one fails, the gateway tries again."""

    def __init__(self) -> None:
        super().__init__("another request is at work on one of these records")


class Store(Protocol):
    """Keys of records, which hold no personal data. Used by many threads at once."""

    def once(self, keys: Sequence[str]) -> AbstractContextManager[Collection[str]]:
        """A block in which those of these keys that are new belong to the caller alone.

        Entering gives the new ones. Leaving normally keeps them, leaving by an exception releases them. Raises BusyError on entering
        where another block holds one of `keys`.
        """
        ...


class MemoryStore:
    """Remembers the last `limit` keys, in this process and as long as it runs."""

    def __init__(self, limit: int = 100_000) -> None:
        if limit < 1:
            raise ConfigurationError("limit must be a whole number from 1 on")
        self._limit = limit
        self._kept: OrderedDict[str, None] = OrderedDict()
        self._claimed: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def once(self, keys: Sequence[str]) -> Iterator[Collection[str]]:
        """See `Store.once`."""
        new = self._claim(keys)
        try:
            yield new
        except BaseException:
            with self._lock:
                self._claimed.difference_update(new)
            raise
        self._keep(new)

    def _claim(self, keys: Sequence[str]) -> list[str]:
        with self._lock:
            if not self._claimed.isdisjoint(keys):
                raise BusyError
            new = [key for key in dict.fromkeys(keys) if key not in self._kept]
            self._claimed.update(new)
        return new

    def _keep(self, new: list[str]) -> None:
        with self._lock:
            self._claimed.difference_update(new)
            self._kept.update(dict.fromkeys(new))
            while len(self._kept) > self._limit:
                self._kept.popitem(last=False)
