"""Looking into a store and into its archives, and changing them behind its back."""

from __future__ import annotations

import gzip
import hashlib
import json

from winnerlook.outbox import _schema as schema

PHONE = "13900000000"
TABLES = ("messages", "attempts", "records", "polls", "events")


def rows(outbox, table):
    return outbox._store.look(lambda unit: unit.connection.execute(getattr(schema, table).select()).all())


def change(outbox, statement):
    return outbox._store.run(lambda unit: unit.connection.execute(statement).rowcount)


def left(outbox):
    return {table: len(rows(outbox, table)) for table in TABLES}


def lines(path):
    content = path.read_bytes()
    return [json.loads(line) for line in (gzip.decompress(content) if path.suffix == ".gz" else content).splitlines()]


def resealed(path, changed):
    """The file that somebody makes who changes an archive and knows how it is made."""
    body = b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in changed)
    counts = {kind: sum(line["kind"] == kind for line in changed) for kind in ("message", "record", "poll", "entry")}
    end = {"kind": "end", "counts": counts, "sha256": hashlib.sha256(body).hexdigest()}
    path.write_bytes(body + json.dumps(end, separators=(",", ":")).encode() + b"\n")
    return path
