"""What a server needs beyond what the SDK installs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_OWN = ("winnerlook", "winnerlook_mock")


class MissingExtraError(ImportError):
    """A library of the extra is not installed; `name` is its module."""


@contextmanager
def needed() -> Iterator[None]:
    """Say how to get what cannot be imported. Raises MissingExtraError."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in _OWN:
            raise
        hint = f"the mock server needs the extra: pip install 'winnerlook[mock]' (there is no module {error.name})"
        raise MissingExtraError(hint, name=error.name) from error
