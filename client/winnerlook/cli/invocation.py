"""One run of the command: its arguments, and what stands ready for it."""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from winnerlook import config
from winnerlook._client import Client
from winnerlook._transport.tls import InsecureTransportWarning
from winnerlook.cli.inputs import STDIN, Inputs
from winnerlook.cli.output import Output, keep
from winnerlook.cli.usage import UsageError
from winnerlook.config import Configuration, InsecureFileWarning, Sourced
from winnerlook.errors import WinnerlookError
from winnerlook.operations import Operation

TRUSTS_ANYBODY = "verify is false: anybody on the way can pose as the gateway; use pin_sha256 or ca_file"


@dataclass(slots=True)
class Invocation:
    """`begun` says that a call was made, `under_way` is the operation whose outcome is open, `kept` the
    file that holds what could not be printed."""

    args: argparse.Namespace
    output: Output
    inputs: Inputs = field(default_factory=Inputs)
    begun: bool = False
    under_way: Operation | None = None
    kept: str | None = None

    def configuration(self) -> tuple[Configuration, list[str]]:
        """The settings in force, and warnings about them. Raises ConfigurationError and UsageError."""
        given = vars(self.args)
        flags = {s.name: Sourced(given[s.name], flag(s.name)) for s in config.SETTINGS if s.name in given}
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", InsecureFileWarning)
            if "user_pass_file" in given:
                flags["user_pass"] = self._secret(given["user_pass_file"], given)
            configuration = config.load(flags, file=given.get("config"), profile=given.get("profile"))
        return configuration, [str(warning.message) for warning in caught]

    def client(self) -> Client:
        """A client with the settings in force; warnings about them are noted. Raises ConfigurationError and UsageError."""
        configuration, problems = self.configuration()
        if not configuration.complete().security.verify:
            problems.append(TRUSTS_ANYBODY)
        for problem in problems:
            self.output.note(f"warning: {problem}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InsecureTransportWarning)  # said just now
            return Client(**{setting.name: configuration[setting.name].value for setting in config.SETTINGS})

    @contextmanager
    def calling(self, operation: Operation) -> Iterator[None]:
        """Around a call: if it is interrupted or crashes, its outcome is open."""
        self.begun, self.under_way = True, operation
        try:
            yield
        except WinnerlookError:
            self.under_way = None
            raise
        self.under_way = None

    def keep(self, kind: str, data: bytes) -> None:
        """Save what would be lost, and tell where."""
        self.kept = keep(kind, data)
        if self.kept:
            self.output.note(f"what could not be read or printed is saved in {self.kept}")
        else:
            self.output.note("what could not be read or printed is lost: no file could be written here")

    def _secret(self, file: str, given: dict[str, object]) -> Sourced:
        if "user_pass" in given:
            raise UsageError("--user-pass and --user-pass-file contradict each other: give one")
        if file == STDIN:
            return Sourced(self.inputs.secret(), "--user-pass-file -")
        return config.read_secret(Path(file), "--user-pass-file")


def flag(setting: str) -> str:
    """The option of a setting."""
    return "--" + setting.replace("_", "-")
