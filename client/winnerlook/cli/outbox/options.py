"""The options of ``winnerlook outbox``: flags before variables before defaults. Errors hold no value (L2)."""

from __future__ import annotations

import argparse
import math
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from winnerlook.china_time import CHINA
from winnerlook.cli.invocation import Invocation
from winnerlook.cli.usage import Parser, UsageError
from winnerlook.config import PREFIX

_BETWEEN = re.compile(r"[\s,]+")
_DURATION = re.compile(r"([0-9]{1,9})([smhdw]?)", re.ASCII)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True, slots=True)
class Option:
    """One flag. Without a `unit` it is a switch; `shown` says what holds where nobody gives it and there is no `default`; `many` may be
    repeated, in its variable separated by commas. One of a single message has no variable."""

    name: str
    unit: str
    meaning: str
    default: str | None = None
    shown: str = "none"
    many: bool = False
    has_variable: bool = True

    @property
    def key(self) -> str:
        """Its name in a namespace."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return f"{PREFIX}OUTBOX_{'URL' if self.name == 'database' else self.key.upper()}"

    def add(self, command: Parser) -> None:
        """Give it to a command."""
        default = f"default: {self.default or (self.shown if self.unit else 'no')}"
        source = f"{self.variable}{'' if self.unit else '=1'}; {default}" if self.has_variable else default
        text = f"{self.meaning} [{source}]"
        if self.unit:
            action = "append" if self.many else "store"
            command.add_argument(f"--{self.name}", metavar=self.unit, help=text, action=action, default=argparse.SUPPRESS)
        else:
            command.add_argument(f"--{self.name}", help=text, action="store_true", default=argparse.SUPPRESS)


class Given:
    """What was given of the options."""

    def __init__(self, run: Invocation, options: tuple[Option, ...]) -> None:
        self._args = vars(run.args)
        self._options = {option.name: option for option in options}

    def text(self, name: str) -> str | None:
        """A value or its default. An empty flag is not a missing one."""
        option = self._options[name]
        given = self._args.get(option.key)
        if given is None and option.has_variable:
            given = os.environ.get(option.variable) or None
        return option.default if given is None else str(given)

    def switch(self, name: str) -> bool:
        """Whether it is on."""
        option = self._options[name]
        return bool(self._args.get(option.key)) or (option.has_variable and os.environ.get(option.variable, "0") not in {"", "0"})

    def list(self, name: str) -> list[str]:
        """A repeated value."""
        option = self._options[name]
        given: list[str] = self._args.get(option.key) or [os.environ.get(option.variable, "")]
        return [value for each in given for value in _BETWEEN.split(each) if value]

    def number(self, name: str, least: int, most: int = 10**9) -> int | None:
        """A whole number. Raises UsageError."""
        text = self.text(name)
        if text is None:
            return None
        if not re.fullmatch(r"-?[0-9]{1,10}", text, re.ASCII) or not least <= int(text) <= most:
            raise UsageError(f"--{name}{self._or(name)} is a whole number from {least} to {most}")
        return int(text)

    def seconds(self, name: str) -> float | None:
        """Seconds above 0. Raises UsageError."""
        text = self.text(name)
        if text is None:
            return None
        try:
            seconds = float(text)
        except ValueError:
            seconds = math.nan
        if not 0 < seconds < math.inf:
            raise UsageError(f"--{name}{self._or(name)} is a number of seconds above 0")
        return seconds

    def duration(self, name: str) -> timedelta | None:
        """A time span. Raises UsageError."""
        text = self.text(name)
        if text is None:
            return None
        match = _DURATION.fullmatch(text)
        if match is None:
            raise UsageError(f"--{name}{self._or(name)} is a time span such as 90s, 10m, 2h or 30d")
        return timedelta(seconds=int(match[1]) * _SECONDS[match[2]])

    def moment(self, name: str) -> datetime | None:
        """A time, without an offset that of China. Raises UsageError."""
        text = self.text(name)
        if text is None:
            return None
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            example = datetime.now(UTC).astimezone(CHINA)
            raise UsageError(
                f"--{name}{self._or(name)} is a date or time such as {example:%Y-%m-%d} or {example:%Y-%m-%dT%H:%M} (China time), or one "
                f"with its offset"
            ) from None
        return time if time.utcoffset() is not None else time.replace(tzinfo=CHINA)

    def _or(self, name: str) -> str:
        option = self._options[name]
        return f" (or {option.variable})" if option.has_variable else ""


DATABASE = Option("database", "URL", "SQLAlchemy URL, such as sqlite:////var/lib/shop/outbox.sqlite; with a password, use the variable")
KEY_FILE = Option("key-file", "FILE", f"file with the key of a store that is encrypted; {PREFIX}OUTBOX_KEY holds the key itself")
PROFILES = Option(
    "profiles", "NAMES", "profiles of the configuration file, one for each account to work for; may be repeated",
    shown="the account of the settings", many=True,
)
BY = Option("by", "NAME", "who does it, for the log", shown="the user of this process")
REASON = Option("reason", "TEXT", "why, for the log; needed, and without the number and the text", has_variable=False)
YES = Option("yes", "", "do it without asking, though recipients may get a message twice", has_variable=False)
REVEAL = Option("reveal", "", "show numbers, texts and references instead of masking them")
PATIENCE = Option("patience", "SECONDS", "how long to try again while the database is locked or out of reach", default="10")
STORE = (DATABASE, KEY_FILE, PATIENCE)
