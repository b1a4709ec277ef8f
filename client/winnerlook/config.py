"""Where settings come from: arguments, then ``WINNERLOOK_*`` in the environment, then a TOML file.

The file is the one that ``WINNERLOOK_CONFIG`` names, else ``~/.config/winnerlook/config.toml``. Its top level holds the settings below by
their names; a table ``[profiles.NAME]``, chosen with ``WINNERLOOK_PROFILE``, goes before the top level. A password may come from a file
of its own, as containers mount secrets: ``WINNERLOOK_USER_PASS_FILE`` or ``user_pass_file``.

What an earlier place settles is not asked of a later one: a file is not opened for a password that is known already.
"""

from __future__ import annotations

import math
import os
import re
import stat
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from winnerlook._timeouts import Timeouts
from winnerlook._transport.tls import Tls
from winnerlook._validation import NOT_XML
from winnerlook.errors import ConfigurationError
from winnerlook.masking import mask_secret

PREFIX = "WINNERLOOK_"
DEFAULT_FILE = Path("~/.config/winnerlook/config.toml")
_TOML_TYPES: dict[type, tuple[tuple[type, ...], str]] = {
    type(None): ((str,), "a string, in quotes"),
    str: ((str,), "a string, in quotes"),
    float: ((int, float, str), "a number"),
    int: ((int, float, str), "a number"),
    bool: ((bool, str), "true or false"),
}
_SWITCHES = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_USER_INFO = re.compile(r"//[^/?#]*@")


class InsecureFileWarning(UserWarning):
    """A file with a password can be read by every user of this machine."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: what it is when nobody sets it (None: it must be set), and what it means."""

    name: str
    default: str | float | bool | None
    meaning: str
    secret: bool = False
    unit: str = ""

    @property
    def variable(self) -> str:
        """The environment variable."""
        return PREFIX + self.name.upper()


SETTINGS: tuple[Setting, ...] = (
    Setting("endpoint", None, "scheme, host and port of the gateway", unit="URL"),
    Setting("user_code", None, "login name", unit="NAME"),
    Setting("user_pass", None, "login password", secret=True, unit="PASSWORD"),
    Setting("binding", "soap11", "soap11, soap12, http or http-get", unit="BINDING"),
    Setting("connect_timeout", 5.0, "seconds for making a connection", unit="SECONDS"),
    Setting("read_timeout", 30.0, "seconds for each wait for more bytes", unit="SECONDS"),
    Setting("total_timeout", 60.0, "seconds for a call as a whole, its retries included", unit="SECONDS"),
    Setting("retries", 2, "further attempts of a call that certainly was not done", unit="NUMBER"),
    Setting("rate_limit", 0.0, "calls a second at most, 0 for no limit", unit="NUMBER"),
    Setting("balance_interval", 5.0, "seconds between two questions for the balance", unit="SECONDS"),
    Setting("ca_file", "", "file with the CA certificates to trust instead of the system's", unit="FILE"),
    Setting("pin_sha256", "", "SHA-256 fingerprints of trusted certificates, separated by commas", unit="PINS"),
    Setting("verify", default=True, meaning="false trusts any certificate", unit="true|false"),
)
"""Every setting, in the order it is shown."""


@dataclass(frozen=True, slots=True)
class Sourced:
    """A value and where it came from; None when nobody set it."""

    value: Any = field(repr=False)
    source: str


@dataclass(frozen=True, slots=True)
class Complete:
    """Settings with nothing missing."""

    endpoint: str
    user_code: str
    user_pass: str = field(repr=False)
    binding: str
    timeouts: Timeouts
    retries: int
    rate_limit: float
    balance_interval: float
    security: Tls


class Configuration:
    """The settings in force, each with its source. Printing it masks what is secret."""

    def __init__(self, values: Mapping[str, Sourced]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Sourced:
        return self._values[name]

    def shown(self) -> Iterator[tuple[str, str, str]]:
        """Name, masked value and source of each setting."""
        for setting in SETTINGS:
            sourced = self._values[setting.name]
            value = mask_secret(sourced.value) if setting.secret else _shown(sourced.value)
            yield setting.name, _USER_INFO.sub("//***@", value), sourced.source

    def missing(self) -> tuple[Setting, ...]:
        """The settings that must be set and are not."""
        return tuple(setting for setting in SETTINGS if setting.default is None and self._values[setting.name].value in (None, ""))

    def timeouts(self) -> Timeouts:
        """The three timeouts as numbers. Raises ConfigurationError."""
        return Timeouts(*(self._number(f"{name}_timeout") for name in ("connect", "read", "total")))

    def security(self) -> Tls:
        """How an https server is to prove itself. Raises ConfigurationError."""
        ca_file, pins = (self._values[name].value for name in ("ca_file", "pin_sha256"))
        return Tls.of(ca_file or None, pins or None, verify=self._switch("verify"))

    def complete(self) -> Complete:
        """The values, checked for what is missing. Raises ConfigurationError."""
        missing = self.missing()
        if missing:
            raise ConfigurationError(
                "not set: "
                + "; ".join(f"{setting.name} ({setting.meaning}): pass it, or set {setting.variable}" for setting in missing)
            )
        value = {setting.name: self._values[setting.name].value for setting in SETTINGS}
        for name in ("user_code", "user_pass"):
            if not isinstance(value[name], str) or NOT_XML.search(value[name]):
                raise ConfigurationError(f"{name} must be text that XML can carry (from {self._values[name].source})")
        return Complete(
            value["endpoint"], value["user_code"], value["user_pass"], value["binding"], self.timeouts(),
            *self.limits(), security=self.security(),
        )

    def limits(self) -> tuple[int, float, float]:
        """Retries, rate limit and balance interval as numbers. Raises ConfigurationError."""
        return self._whole("retries"), self._number("rate_limit"), self._number("balance_interval")

    def _number(self, name: str) -> float:
        sourced = self._values[name]
        try:
            number = float(sourced.value)
        except (TypeError, ValueError):
            raise ConfigurationError(f"{name} must be a number, not {sourced.value!r} (from {sourced.source})") from None
        if not (number >= 0 and math.isfinite(number)):
            raise ConfigurationError(f"{name} must be a number from 0 on, not {sourced.value!r} (from {sourced.source})")
        return number

    def _whole(self, name: str) -> int:
        number = self._number(name)
        if number != int(number):
            raise ConfigurationError(f"{name} must be a whole number, not {self._values[name].value!r} (from {self._values[name].source})")
        return int(number)

    def _switch(self, name: str) -> bool:
        sourced = self._values[name]
        text = str(sourced.value).strip().lower()
        if text not in _SWITCHES:
            raise ConfigurationError(f"{name} must be true or false, not {sourced.value!r} (from {sourced.source})")
        return _SWITCHES[text]

    def __str__(self) -> str:
        return ", ".join(f"{name}={value}" for name, value, _ in self.shown())


def _shown(value: object) -> str:
    return "(not set)" if value in (None, "") else str(value).lower() if isinstance(value, bool) else str(value)


def load(
    arguments: Mapping[str, Any], *, environ: Mapping[str, str] | None = None, file: str | None = None, profile: str | None = None,
) -> Configuration:
    """Gather the settings; an argument that is None counts as not given, one that is a `Sourced` says itself where it came from.

    `file` and `profile` go before ``WINNERLOOK_CONFIG`` and ``WINNERLOOK_PROFILE``. Raises ConfigurationError for a file that was named and
    cannot be read, and for a setting in it that does not exist.
    """
    environ = os.environ if environ is None else environ
    found = {
        name: value if isinstance(value, Sourced) else Sourced(value, "argument") for name, value in arguments.items() if value is not None
    }
    _add_environment(found, environ)
    if file or profile or any(setting.name not in found for setting in SETTINGS):
        _add_file(found, file or environ.get(PREFIX + "CONFIG"), profile or environ.get(PREFIX + "PROFILE"))
    return Configuration({setting.name: found.get(setting.name, Sourced(setting.default, "default")) for setting in SETTINGS})


def read_secret(path: Path, source: str, what: str = "password") -> Sourced:
    """A password, or `what` else, from a file of its own, without the line's end. Raises ConfigurationError; warns when others may read
    it."""
    try:
        secret = path.read_text("utf-8-sig").rstrip("\r\n")
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{source}: cannot read the {what} from {path}: {_words(error)}") from None
    if not secret:
        raise ConfigurationError(f"{source}: cannot read the {what} from {path}: it is empty")
    warn_if_open(path)
    return Sourced(secret, f"{source} {path}")


def _add_environment(found: dict[str, Sourced], environ: Mapping[str, str]) -> None:
    for setting in SETTINGS:
        if environ.get(setting.variable):
            found.setdefault(setting.name, Sourced(environ[setting.variable], setting.variable))
    secret_file = environ.get(PREFIX + "USER_PASS_FILE")
    if secret_file and "user_pass" not in found:
        found["user_pass"] = read_secret(_expanded(secret_file), PREFIX + "USER_PASS_FILE")


def _add_file(found: dict[str, Sourced], named: str | None, profile: str | None) -> None:
    path = _expanded(named or DEFAULT_FILE)
    if not named and not os.path.isfile(path):  # noqa: PTH113  # Path.is_file raises where the folder is closed to us
        if profile:
            raise ConfigurationError(f"profile {profile!r} is asked for, but there is no configuration file {path}")
        return
    import tomllib  # noqa: PLC0415  # only whoever has a file pays for the import

    try:
        content = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"configuration file {path}: {_words(error)}") from None
    profiles = content.pop("profiles", {})
    if not isinstance(profiles, dict) or not all(isinstance(table, dict) for table in profiles.values()):
        raise ConfigurationError(f"configuration file {path}: profiles must be tables, [profiles.NAME]")
    if profile:
        if profile not in profiles:
            raise ConfigurationError(f"configuration file {path} has no profile {profile!r}; it has {', '.join(profiles) or 'none'}")
        _add_table(found, profiles[profile], path, f"{path} [profiles.{profile}]")
    _add_table(found, content, path, str(path))


def _add_table(found: dict[str, Sourced], table: Mapping[str, Any], path: Path, source: str) -> None:
    types = {setting.name: type(setting.default) for setting in SETTINGS} | {"user_pass_file": str}
    for name, value in table.items():
        if name not in types:
            raise ConfigurationError(f"{source}: there is no setting {name!r}; there are {', '.join(sorted(types))}")
        allowed, wanted = _TOML_TYPES[types[name]]
        if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
            raise ConfigurationError(f"{source}: {name} must be {wanted}")
    if "user_pass" in table:
        warn_if_open(path)
    elif "user_pass_file" in table and "user_pass" not in found:
        found["user_pass"] = read_secret(path.parent / _expanded(table["user_pass_file"]), f"{source} user_pass_file")
    for name, value in table.items():
        if name != "user_pass_file":
            # A file that is named in a file is looked for beside it.
            found.setdefault(name, Sourced(str(path.parent / _expanded(value)) if name == "ca_file" and value else value, source))


def _expanded(path: str | Path) -> Path:
    """A path with its ``~`` replaced, or as it is where there is no such home."""
    return Path(os.path.expanduser(path))  # noqa: PTH111  # Path.expanduser raises where nobody has a home


def warn_if_open(path: Path, what: str = "a password") -> None:
    """Warn when every user of this machine can read what is secret."""
    if os.name == "posix" and path.stat().st_mode & stat.S_IROTH:
        problem = f"{path} holds {what} and every user of this machine can read it: chmod 600 {path}"
        warnings.warn(problem, InsecureFileWarning, stacklevel=2)


def _words(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or "cannot be read"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    if isinstance(error, RecursionError):
        return "it is nested deeper than any setting"
    import tomllib  # noqa: PLC0415

    if not isinstance(error, tomllib.TOMLDecodeError):
        return "its name is no file name"
    place = re.search(r"\(at (line \d+, column \d+|end of document)\)", str(error))  # the rest of its words may quote a password
    return f"it is not TOML{', see ' + place[1] if place else ''}"
