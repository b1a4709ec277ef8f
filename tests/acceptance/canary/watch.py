"""Everything that a program says while it is watched: log records of every logger at every level, warnings, and what is shown to it."""

from __future__ import annotations

import logging
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from tests.acceptance.canary.tags import Tags

_EVERY = 1
"""Below uvicorn's TRACE."""


class Watch(logging.Handler):
    """Collects; `check` looks through it."""

    def __init__(self, tags: Tags) -> None:
        super().__init__(0)
        self.tags, self.heard = tags, list[tuple[str, str]]()
        self._others: tuple[str, ...] = ()

    def leave_out(self, *loggers: str) -> None:
        """Loggers of programs that stand in for somebody else: the gateway that pushes, the server that the application chose."""
        self._others = loggers

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(self._others or ("-",)):
            return
        told = logging.Formatter().formatException(record.exc_info) if record.exc_info and record.exc_info[0] else ""
        fields = {name: value for name, value in vars(record).items() if name not in {"exc_info", "msg", "args"}}
        self.heard.append((f"log {record.name} {record.levelname}", f"{record.getMessage()} {record.args!r} {fields!r} {told}"))

    def say(self, where: str, text: str) -> None:
        """Text of any other kind."""
        self.heard.append((where, text))

    def see(self, where: str, *subjects: object) -> None:
        """Objects as people print them; an error with all that is chained to it, and what its attributes show of themselves."""
        for subject in subjects:
            name = f"{where}: {type(subject).__name__}"
            self.heard.append((name, f"{subject!r} {subject!s} {subject}" if not isinstance(subject, str) else ""))
            if isinstance(subject, BaseException):
                self.heard.append((f"traceback of {name}", "".join(traceback.format_exception(subject))))

    def check(self) -> None:
        """Nothing of the tags is in it."""
        if not self.tags.found_in("\n".join(text for _, text in self.heard)):
            return
        found = {f"{name} in {where}" for where, text in self.heard for name in self.tags.found_in(text)}
        assert not found, "\n".join(sorted(found))

    def names(self) -> set[str]:
        """The loggers that said something."""
        return {where.split()[1] for where, _ in self.heard if where.startswith("log ")}


@contextmanager
def watching(tags: Tags) -> Iterator[Watch]:
    """All loggers that there are, and those that come to be; `check` is done in the end."""
    watch = Watch(tags)
    loggers = [logging.root, *(one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger))]
    before = [(one, one.level, one.propagate, one.disabled) for one in loggers]
    for one in loggers:
        one.setLevel(_EVERY)
        one.propagate, one.disabled = True, False
    logging.root.addHandler(watch)
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            yield watch
    finally:
        logging.root.removeHandler(watch)
        for one, level, propagate, disabled in before:
            one.setLevel(level)
            one.propagate, one.disabled = propagate, disabled
    for warning in warned:
        watch.say(f"warning {warning.category.__name__}", str(warning.message))
    watch.check()
