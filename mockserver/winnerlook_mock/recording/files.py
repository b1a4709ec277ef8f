"""The files of a recording: one exchange each, in TOML, to be read and edited by hand."""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar

from winnerlook.masking import MaskedRepr
from winnerlook.operations import BY_NAME
from winnerlook_mock.faults.fault import DOORS

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

FORMAT = 1
_HEAD = "# An exchange with a gateway. Whatever was private is a stand-in. Edit it at will: docs/how-to/recording.md says what is what.\n"
_NAME = re.compile(r"([0-9]{4,})-.*\.toml")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_LINE = re.compile(r"at line ([0-9]+)")
_TOP = ("format", "door", "operation", "recorded_at", "notes", "parameters", "encrypted", "answer")
_ANSWER = ("result", "status", "content_type", "body")
_OPTIONAL = {"recorded_at": str, "notes": list, "parameters": dict, "encrypted": dict}
_MEDIA_TYPE = re.compile(r"[\x21-\x7e]+/[\x20-\x7e]+", re.ASCII)

Values = Mapping[str, str | int]


class RecordingError(ValueError):
    """A recording cannot be read or written; the text names the file, the line where there is one, and what to do."""


def _mask(value: object) -> str:
    return "<not shown>" if value else repr(value)


@dataclass(frozen=True, slots=True, repr=False)
class Answer(MaskedRepr):
    """What came back: a result string with status 200, else the whole answer. `body` is None where it could not be kept."""

    _masks: ClassVar = {"result": _mask, "body": _mask}
    result: str | None = None
    status: int = 200
    content_type: str = ""
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A call and its answer, in stand-ins. `operation` is empty for a request that is no call; `encrypted` holds the fields of a submitInfo
    that could be decrypted; `notes` say what could not be kept, and why."""

    door: str
    operation: str
    answer: Answer
    parameters: Values = field(default_factory=dict)
    encrypted: Values = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    recorded_at: str = ""
    file: str = ""


class Directory:
    """Where the files are. Made where it does not exist, for its owner only. One recorder at a time has it, until it is closed: two would
    write over each other's files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._hold = _held(path)
            numbers = [int(match[1]) for name in os.listdir(path) if (match := _NAME.fullmatch(name))]  # noqa: PTH208  # names only
        except OSError as error:
            raise RecordingError(f"{path} cannot be recorded to: {error.strerror or error}") from error
        self._last = max(numbers, default=0)

    @property
    def is_empty(self) -> bool:
        """Whether there is no exchange in it."""
        return self._last == 0

    def close(self) -> None:
        """Let another recorder have it."""
        if self._hold is not None:
            os.close(self._hold)
            self._hold = None

    def add(self, exchange: Exchange) -> Path:
        """Write an exchange behind those that are there. Raises OSError."""
        self._last += 1
        file = self.path / f"{self._last:04}-{exchange.operation or 'unread'}-{exchange.door}.toml"
        write_privately(file, written(exchange))
        return file


def _held(path: Path) -> int | None:
    """A lock on a directory, which ends with the process however that ends. None where the system has none. Raises RecordingError."""
    if fcntl is None:
        return None
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # pyright: ignore[reportAttributeAccessIssue]
    except BlockingIOError:
        os.close(handle)
        raise RecordingError(f"{path} is being recorded to already: stop that recorder, or record to another directory") from None
    except OSError:  # some network file systems have no locks
        os.close(handle)
        return None
    return handle


def write_privately(file: Path, text: str) -> None:
    """Write a file as a whole or not at all, for its owner only. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".tmp")  # made with mode 0600
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode())
        os.replace(name, file)  # noqa: PTH105  # the name is a string
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def written(exchange: Exchange) -> str:
    """An exchange as its file has it."""
    head: dict[str, Any] = {"format": FORMAT, "door": exchange.door, "operation": exchange.operation, "recorded_at": exchange.recorded_at}
    if exchange.notes:
        head["notes"] = list(exchange.notes)
    answer = exchange.answer
    said: dict[str, Any] = {"result": answer.result} if answer.result is not None else {
        "status": answer.status, "content_type": answer.content_type, "body": answer.body,
    }
    tables = [("parameters", exchange.parameters), ("encrypted", exchange.encrypted), ("answer", said)]
    return _HEAD + _table(head) + "".join(f"\n[{name}]\n{_table(values)}" for name, values in tables if values)


def _table(values: Mapping[str, Any]) -> str:
    return "".join(f"{_key(name)} = {_value(value)}\n" for name, value in values.items() if value is not None)


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _value(name)


def _value(value: Any) -> str:
    """A string, integer or list of strings: what JSON writes is TOML, but for one control character."""
    text = value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def read_all(path: Path) -> list[Exchange]:
    """All exchanges of a directory by their names. Raises RecordingError, which tells of every file that is broken."""
    if not path.is_dir():
        raise RecordingError(f"{path} is no directory: name one that winnerlook-mock record has written")
    exchanges: list[Exchange] = []
    troubles: list[str] = []
    for file in sorted(path.glob("*.toml"), key=_order):
        try:
            exchanges.append(read(file))
        except RecordingError as error:
            troubles.append(str(error))
    if troubles:
        raise RecordingError("\n".join(troubles))
    if not exchanges:
        raise RecordingError(f"{path} holds no recording (*.toml): record one with winnerlook-mock record --to {path}")
    return exchanges


def _order(file: Path) -> tuple[int, str]:
    match = _NAME.fullmatch(file.name)
    return (int(match[1]) if match else 0, file.name)


def read(file: Path) -> Exchange:
    """One exchange. Raises RecordingError with file and line."""
    text = ""
    try:
        text = file.read_bytes().decode()
        values = tomllib.loads(text)
    except OSError as error:
        raise RecordingError(f"{file}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise RecordingError(f"{file}:{line}: is not UTF-8: save it in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise RecordingError(f"{file}:{line}: is not TOML: {error}") from None
    except RecursionError:
        raise RecordingError(f"{file}: is nested deeper than any recording") from None
    for name, problem in _problems(values):
        raise RecordingError(f"{file}:{_line_of(text, name)}: {problem}")
    answer = {name: value for name, value in values["answer"].items() if name in _ANSWER}
    return Exchange(
        values["door"], values["operation"], Answer(**answer), values.get("parameters", {}), values.get("encrypted", {}),
        tuple(values.get("notes", ())), values.get("recorded_at", ""), file.name,
    )


def _problems(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with a file, and under which name."""
    if values.get("format") != FORMAT:
        yield "format", f"format is {FORMAT}: another version wrote this, or the line is missing"
    yield from _strangers(values, _TOP, "an exchange")
    if values.get("door") not in DOORS:
        yield "door", f"door is one of {', '.join(DOORS)}"
    if values.get("operation") != "" and values.get("operation") not in BY_NAME:
        yield "operation", f"operation is one of {', '.join(BY_NAME)}, or empty for a request that is no call"
    for name, kind in _OPTIONAL.items():
        if not isinstance(values.get(name, kind()), kind):
            yield name, f"{name} is a {'table' if kind is dict else 'list of strings' if kind is list else 'string'}"
    for table in ("parameters", "encrypted"):
        for name, value in values.get(table, {}).items():
            if not isinstance(value, str) and type(value) is not int:
                yield name, f"{name} is a string or an integer"
    yield from _answer_problems(values.get("answer"))


def _answer_problems(answer: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(answer, dict):
        yield "answer", "there is no [answer] with a result, or with status, content_type and body"
        return
    yield from _strangers(answer, _ANSWER, "an answer")
    if ("result" in answer) == ("status" in answer):
        yield "answer", "an answer has either a result, or a status with content_type and body"
    for name in ("result", "content_type", "body"):
        if not isinstance(answer.get(name, ""), str):
            yield name, f"{name} is a string"
    if answer.get("content_type") and not _MEDIA_TYPE.fullmatch(answer["content_type"]):
        yield "content_type", "content_type is a media type"
    status = answer.get("status", 200)
    if type(status) is not int or not 200 <= status < 600:  # noqa: PLR2004  # what HTTP has
        yield "status", "status is an HTTP status from 200 to 599"


def _strangers(values: Mapping[str, Any], known: tuple[str, ...], what: str) -> Iterator[tuple[str, str]]:
    for name in values:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            yield name, f"{what} has no {name[:40]!r}: " + (f"did you mean {near[0]}?" if near else f"it has {', '.join(known)}")


def _line_of(text: str, name: str) -> int:
    """The line that a name is on; the first one where it is missing."""
    wanted = re.compile(rf"""\s*(?:\[\s*)?(["']?){re.escape(name)}\1\s*[\].=]""")
    return next((number for number, line in enumerate(text.splitlines(), 1) if wanted.match(line)), 1)
