"""What makes two pushed records the same one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import replace

from winnerlook.pushes import Push, milliseconds
from winnerlook.records import Reply, Report


def key_of(account: str, record: Report | Reply) -> str:
    """A digest of what tells a record from others: 64 hexadecimal digits, so that a store holds no number and no text (L2).

    For a report account, batch, phone, status and time; for a reply account, phone, text, time, the number that the SMS was sent from and
    customer id.
    """
    parts: tuple[object, ...]
    if isinstance(record, Report):
        parts = ("report", account, record.batch_number, record.phone, record.status, milliseconds(record.time))
    else:
        parts = ("reply", account, record.phone, record.text, milliseconds(record.time), record.sent_from, record.customer_uuid)
    return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()


def only(push: Push, keys: Sequence[str], new: Collection[str]) -> Push:
    """The push with the first record of each new key."""
    places = {key: place for place, key in reversed(list(enumerate(keys))) if key in new}
    if len(places) == len(keys):
        return push
    chosen = sorted(places.values())
    reports, replies = push.reports, push.replies
    records = tuple(reports[place] for place in chosen) if reports else tuple(replies[place] for place in chosen)
    return replace(push, records=records, unknown_in_records=tuple(push.unknown_in_records[place] for place in chosen))
