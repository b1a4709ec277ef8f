"""The tables. Times are whole milliseconds since 1970, so that both stores order and compare them alike.

`migrations/` makes the same tables step by step; a test holds the two equal.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from winnerlook.outbox._confidential import Confidential, HiddenBytes, Keyed, RawAnswer

QUEUED, DOUBLED, QUARANTINED = sa.text("state || '' = 'QUEUED'"), sa.text("possible_duplicate"), sa.text("state = 'QUARANTINED'")
REPLIES, UNTAKEN = sa.text("kind = 'reply'"), sa.text("kind = 'reply' AND taken_at IS NULL")
STRAYS, REFERRED = sa.text("kind = 'report' AND state <> 'MATCHED'"), sa.text("reference_key IS NOT NULL")
"""Conditions of partial indexes; a query finds those only by the same words. With a bare `state` SQLite would take another index."""

NATIONAL_DIGITS = 11
"""The end of a number, by which it is the same with and without its country code."""

REFERENCE_END = 64
"""How much of a reference's end an index looks at."""


def national(phone: str) -> str:
    """A number without its country code: two that agree in this are one number."""
    return phone[-NATIONAL_DIGITS:]


def beside(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """A text column, for a condition beside one that finds the rows by itself: SQLite's planner does not look for an index of it. It knows
    no sizes, and would rather go through all messages of an account or a state than look up twenty ids."""
    return sa.func.coalesce(column, "")


metadata = sa.MetaData()

messages = sa.Table(
    "wl_messages", metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("account", sa.String(100), nullable=False),
    sa.Column("phone", Confidential("wl_messages.phone"), nullable=False),
    sa.Column("phone_key", Keyed("wl_messages.phone_key", 64, last=NATIONAL_DIGITS)),
    sa.Column("text", Confidential("wl_messages.text"), nullable=False),
    sa.Column("extension", sa.String(16)),
    sa.Column("sms_type", sa.Integer),
    sa.Column("autograph", sa.String(100)),
    sa.Column("reference", Confidential("wl_messages.reference")),
    sa.Column("reference_key", Keyed("wl_messages.reference_key", 64, last=REFERENCE_END)),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("bulk", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("not_before", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger),
    sa.Column("dedup_key", Keyed("wl_messages.dedup_key", 200)),
    sa.Column("resend_after", sa.BigInteger),
    sa.Column("resends_left", sa.Integer, nullable=False),
    sa.Column("resend_at", sa.BigInteger),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("owner", sa.String(100)),
    sa.Column("lease_until", sa.BigInteger),
    sa.Column("fence", sa.BigInteger, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("possible_duplicate", sa.Boolean, nullable=False),
    sa.Column("proven_duplicate", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("changed_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("account", "dedup_key", name="wl_messages_dedup"),
    sa.Index("wl_messages_due", "account", "state", "rank", "not_before", "id"),
    sa.Index("wl_messages_lease", "state", "lease_until"),
    sa.Index("wl_messages_expiry", "state", "expires_at"),
    sa.Index("wl_messages_resend", "state", "resend_at"),
    sa.Index("wl_messages_age", "state", "changed_at"),
    sa.Index("wl_messages_phone", "phone_key", "id"),
    sa.Index("wl_messages_reference", "reference_key", "id", sqlite_where=REFERRED, postgresql_where=REFERRED),
    sa.Index("wl_messages_waiting", "not_before", "account", sqlite_where=QUEUED, postgresql_where=QUEUED),
    sa.Index("wl_messages_doubled", "proven_duplicate", sqlite_where=DOUBLED, postgresql_where=DOUBLED),
)

attempts = sa.Table(
    "wl_attempts", metadata,
    sa.Column("message_id", sa.String(26), sa.ForeignKey("wl_messages.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("customer_uuid", sa.String(60), nullable=False),
    sa.Column("operation", sa.String(40), nullable=False),
    sa.Column("owner", sa.String(100), nullable=False),
    sa.Column("fence", sa.BigInteger, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("ended_at", sa.BigInteger),
    sa.Column("certainty", sa.String(16)),
    sa.Column("evidence", sa.Text),
    sa.Column("batch_number", sa.String(40)),
    sa.Column("code", sa.BigInteger),
    sa.Column("error", sa.String(60)),
    sa.Column("echoed_at", sa.BigInteger),
    sa.Index("wl_attempts_batch", "batch_number"),
    sa.Index("wl_attempts_uuid", "customer_uuid"),
)

polls = sa.Table(
    "wl_polls", metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("account", sa.String(100), nullable=False),
    sa.Column("operation", sa.String(40), nullable=False),
    sa.Column("binding", sa.String(20), nullable=False),
    sa.Column("owner", sa.String(100), nullable=False),
    sa.Column("fence", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("possibly_lost", sa.Boolean, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("ended_at", sa.BigInteger),
    sa.Column("http_status", sa.Integer),
    sa.Column("content_type", sa.Text),
    sa.Column("raw", RawAnswer("wl_polls.raw")),
    sa.Column("code", sa.BigInteger),
    sa.Column("error", sa.String(60)),
    sa.Column("records", sa.Integer),
    sa.Index("wl_polls_state", "account", "state"),
    sa.Index("wl_polls_lost", "possibly_lost", "account"),
    sa.Index("wl_polls_quarantined", "id", sqlite_where=QUARANTINED, postgresql_where=QUARANTINED),
)

records = sa.Table(
    "wl_records", metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("account", sa.String(100), nullable=False),
    sa.Column("identity", Keyed("wl_records.identity", 64), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("source", sa.String(10), nullable=False),
    sa.Column("poll_id", sa.String(26)),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("message_id", sa.String(26)),
    sa.Column("attempt", sa.Integer),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("time", sa.BigInteger),
    sa.Column("phone", Confidential("wl_records.phone"), nullable=False),
    sa.Column("phone_key", Keyed("wl_records.phone_key", 64, last=NATIONAL_DIGITS)),
    sa.Column("status", Confidential("wl_records.status")),
    sa.Column("batch_number", sa.Text),
    sa.Column("customer_uuid", Confidential("wl_records.customer_uuid"), nullable=False),
    sa.Column("text", Confidential("wl_records.text")),
    sa.Column("sent_from", Confidential("wl_records.sent_from")),
    sa.Column("raw", Confidential("wl_records.raw"), nullable=False),
    sa.Column("taken_at", sa.BigInteger),
    sa.UniqueConstraint("account", "identity", name="wl_records_identity"),
    sa.Index("wl_records_message", "message_id"),
    sa.Index("wl_records_unmatched", "account", "state", "batch_number"),
    sa.Index("wl_records_replies", "id", sqlite_where=REPLIES, postgresql_where=REPLIES),
    sa.Index("wl_records_untaken", "id", sqlite_where=UNTAKEN, postgresql_where=UNTAKEN),
    sa.Index("wl_records_phone", "phone_key", "id", sqlite_where=REPLIES, postgresql_where=REPLIES),
    sa.Index("wl_records_strays", "id", sqlite_where=STRAYS, postgresql_where=STRAYS),
    sa.Index("wl_records_quarantined", "id", sqlite_where=QUARANTINED, postgresql_where=QUARANTINED),
)

events = sa.Table(
    "wl_events", metadata,
    sa.Column("lane", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("message_id", sa.String(26)),
    sa.Column("kind", sa.String(30), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Index("wl_events_message", "message_id"),
)

chains = sa.Table(
    "wl_chains", metadata,
    sa.Column("lane", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("pruned_seq", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("pruned_hash", sa.String(64), nullable=False, server_default="0" * 64),
    sa.Column("tallies", sa.Text, nullable=False, server_default="{}"),
)

breakers = sa.Table(
    "wl_breakers", metadata,
    sa.Column("account", sa.String(100), primary_key=True),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("code", sa.BigInteger),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger),
    sa.Column("needed", sa.Integer),
    sa.Column("failures", sa.Integer, nullable=False),
)

rates = sa.Table(
    "wl_rates", metadata,
    sa.Column("account", sa.String(100), primary_key=True),
    sa.Column("per_second", sa.Float, nullable=False),
    sa.Column("next_at", sa.BigInteger, nullable=False),
)

leases = sa.Table(
    "wl_leases", metadata,
    sa.Column("name", sa.String(150), primary_key=True),
    sa.Column("owner", sa.String(100)),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Column("fence", sa.BigInteger, nullable=False),
)

meta = sa.Table(
    "wl_meta", metadata,
    sa.Column("name", sa.String(30), primary_key=True),
    sa.Column("value", HiddenBytes, nullable=False),
)
