"""Archives: files of JSON lines, whose last line says how many there are and what they hash to.

    {"kind": "archive", "version": 1, "store": …, "contents": …, "since": …, "until": …, "at": …, "chains": {lane: [[seq, hash], …]}}
    {"kind": "message", "row": {…}, "attempts": [{…}], "records": [{…}]}      a message with all that belongs to it
    {"kind": "record", "row": {…}}                                            a report or reply that belongs to none
    {"kind": "poll", "row": {…}}                                              an answer, `raw` in base64
    {"kind": "entry", "row": {…}}                                             of the log, chain by chain without a gap
    {"kind": "end", "counts": {kind: number}, "sha256": …}                    over the lines before, as they stand there

A name that ends in ``.gz`` is compressed. ``zcat FILE | head -n -1 | sha256sum`` gives what the last line says.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from winnerlook.outbox._errors import ArchiveError
from winnerlook.outbox._log import Ends
from winnerlook.outbox._ranges import Parts
from winnerlook.outbox._unit import entry_hash

VERSION = 1
HEADER, MESSAGE, RECORD, POLL, ENTRY, END = "archive", "message", "record", "poll", "entry", "end"
STORED, MASKED, PLAIN = "stored", "masked", "plain"
_KINDS = (MESSAGE, RECORD, POLL, ENTRY)
_LONGEST_LINE = 1 << 30
_CUT_OFF = "the archive is cut off: its last line is missing; export again"

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Archive:
    """What an archive holds. `since` and `until` are in milliseconds since 1970, None where there was no bound; `counts` by kind of line;
    `chains`: the part of each chain of the log that it holds, as the entry before and the last one; `sha256` is over all lines but the
    last."""

    sha256: str
    store: str
    contents: str
    since: int | None
    until: int | None
    counts: Mapping[str, int]
    chains: Parts = field(repr=False)


class Writer:
    """Writes lines, and in the end the one that counts them."""

    def __init__(self, file: IO[bytes], header: Line) -> None:
        self._file, self._header = file, {"kind": HEADER, "version": VERSION, **header}
        self._digest, self._counts = hashlib.sha256(), Counter[str]()
        self._write(self._header)

    def line(self, kind: str, row: Line, **more: Any) -> None:
        """One more."""
        self._counts[kind] += 1
        self._write({"kind": kind, "row": row, **more})

    def end(self) -> Archive:
        """The last."""
        counts = {kind: self._counts[kind] for kind in _KINDS}
        self._file.write(_line({"kind": END, "counts": counts, "sha256": self._digest.hexdigest()}))
        return _archive(self._header, counts, self._digest.hexdigest())

    def _write(self, line: Line) -> None:
        data = _line(line)
        self._digest.update(data)
        self._file.write(data)


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """An archive to be read. Raises ArchiveError."""
    try:
        with path.open("rb") as plain:
            if path.suffix == ".gz":
                with gzip.GzipFile(fileobj=plain) as unpacked:
                    yield unpacked  # type: ignore[misc]  # it reads as one does
            else:
                yield plain
    except EOFError:
        raise ArchiveError(_CUT_OFF) from None
    except (gzip.BadGzipFile, zlib.error):
        raise ArchiveError("the archive is no gzip file, or was changed") from None
    except OSError as error:
        raise ArchiveError(f"the archive cannot be read: {error.strerror or type(error).__name__}") from None


def read(file: IO[bytes]) -> Iterator[Line]:
    """The lines of an archive, the header first. Whoever comes to the end has read a whole one: raises ArchiveError at the first line that
    is no line of one, where the log's entries do not follow each other, and where the last line does not fit those before."""
    yield from _Reader(file).lines()


def check(path: Path) -> Archive:
    """Read an archive to its end. Raises ArchiveError."""
    with opened(path) as file:
        reader = _Reader(file)
        for _ in reader.lines():
            pass
        return reader.archive()


@dataclass(slots=True)
class _Reader:
    file: IO[bytes]
    number: int = 0
    header: Line = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    ends: Ends = field(default_factory=dict)
    digest: str = ""

    def lines(self) -> Iterator[Line]:
        digest = hashlib.sha256()
        while data := self.file.readline(_LONGEST_LINE):
            self.number += 1
            line = self._parsed(data)
            if line["kind"] == END:
                self._check_end(line, digest.hexdigest())
                return
            digest.update(data)
            yield line
        raise ArchiveError(_CUT_OFF if self.number else "the archive is empty", line=self.number)

    def archive(self) -> Archive:
        return _archive(self.header, dict(self.counts), self.digest)

    def _parsed(self, data: bytes) -> Line:
        if not data.endswith(b"\n"):
            raise ArchiveError(_CUT_OFF, line=self.number)
        try:
            line = json.loads(data)
            self._take(line)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise ArchiveError(f"line {self.number} is no line of an archive, or was changed", line=self.number) from None
        return dict(line)

    def _take(self, line: Line) -> None:
        if self.number == 1:
            self._begin(line)
        elif line["kind"] == ENTRY:
            self._follow(line["row"])
        elif line["kind"] not in {MESSAGE, RECORD, POLL, END}:
            raise KeyError
        self.counts[line["kind"]] += 1

    def _begin(self, line: Line) -> None:
        if line["kind"] != HEADER:
            raise KeyError
        if line["version"] != VERSION:
            raise ArchiveError(f"the archive is of version {line['version']}: upgrade this program to read it", line=1)
        self.header = line
        self.ends = {lane: before for lane, (before, _) in _archive(line, {}, "").chains.items()}

    def _follow(self, row: Line) -> None:
        lane, seq = row["lane"], row["seq"]
        last, previous = self.ends.get(lane, (None, ""))
        wanted = entry_hash(previous, lane, seq, (row["at"], row["message_id"], row["kind"], row["detail"]))
        if last is None or seq != last + 1 or row["hash"] != wanted:
            problem = f"line {self.number}: entry {seq} of the log's chain {lane} was changed, or one before is missing"
            raise ArchiveError(problem, line=self.number)
        self.ends[lane] = (seq, wanted)

    def _check_end(self, line: Line, digest: str) -> None:
        counts = {kind: self.counts[kind] for kind in _KINDS}
        ends = {lane: end for lane, (_, end) in _archive(self.header, {}, "").chains.items()}
        if line.get("sha256") != digest or line.get("counts") != counts or ends != self.ends or set(line) != {"kind", "counts", "sha256"}:
            raise ArchiveError("the archive was changed: its last line does not fit those before", line=self.number)
        if self.file.read(1):
            raise ArchiveError("the archive goes on after its last line: something was added", line=self.number + 1)
        self.counts, self.digest = Counter(counts), digest


def _archive(header: Line, counts: Mapping[str, int], digest: str) -> Archive:
    chains = {int(lane): ((begin[0], begin[1]), (end[0], end[1])) for lane, (begin, end) in header["chains"].items()}
    return Archive(digest, header["store"], header["contents"], header["since"], header["until"], counts, chains)


def _line(value: Line) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"
