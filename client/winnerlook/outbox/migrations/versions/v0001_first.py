"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_LANES = 16


def upgrade() -> None:
    """Messages, attempts, polls, records, the log, breakers and leases."""
    _messages()
    _attempts()
    _polls()
    _records()
    _log()
    _shared()


def _messages() -> None:
    op.create_table(
        "wl_messages",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("account", sa.String(100), nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("extension", sa.String(16)),
        sa.Column("sms_type", sa.Integer),
        sa.Column("autograph", sa.String(100)),
        sa.Column("reference", sa.Text),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("not_before", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("dedup_key", sa.String(200)),
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
    )
    op.create_index("wl_messages_due", "wl_messages", ["account", "state", "rank", "not_before", "id"])
    op.create_index("wl_messages_lease", "wl_messages", ["state", "lease_until"])
    op.create_index("wl_messages_expiry", "wl_messages", ["state", "expires_at"])
    op.create_index("wl_messages_resend", "wl_messages", ["state", "resend_at"])
    op.create_index("wl_messages_age", "wl_messages", ["state", "changed_at"])


def _attempts() -> None:
    op.create_table(
        "wl_attempts",
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
    )
    op.create_index("wl_attempts_batch", "wl_attempts", ["batch_number"])


def _polls() -> None:
    op.create_table(
        "wl_polls",
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
        sa.Column("raw", sa.LargeBinary),
        sa.Column("code", sa.BigInteger),
        sa.Column("error", sa.String(60)),
        sa.Column("records", sa.Integer),
    )
    op.create_index("wl_polls_state", "wl_polls", ["account", "state"])
    op.create_index("wl_polls_lost", "wl_polls", ["possibly_lost", "account"])


def _records() -> None:
    op.create_table(
        "wl_records",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("account", sa.String(100), nullable=False),
        sa.Column("identity", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("source", sa.String(10), nullable=False),
        sa.Column("poll_id", sa.String(26)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("message_id", sa.String(26)),
        sa.Column("attempt", sa.Integer),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("time", sa.BigInteger),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("status", sa.Text),
        sa.Column("batch_number", sa.Text),
        sa.Column("customer_uuid", sa.Text, nullable=False),
        sa.Column("text", sa.Text),
        sa.Column("sent_from", sa.Text),
        sa.Column("raw", sa.Text, nullable=False),
        sa.UniqueConstraint("account", "identity", name="wl_records_identity"),
    )
    op.create_index("wl_records_message", "wl_records", ["message_id"])


def _log() -> None:
    op.create_table(
        "wl_events",
        sa.Column("lane", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.String(26)),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("wl_events_message", "wl_events", ["message_id"])
    op.create_table(
        "wl_chains",
        sa.Column("lane", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    chains = sa.table("wl_chains", sa.column("lane", sa.Integer), sa.column("seq", sa.BigInteger), sa.column("hash", sa.String))
    op.bulk_insert(chains, [{"lane": lane, "seq": 0, "hash": "0" * 64} for lane in range(_LANES)])


def _shared() -> None:
    op.create_table(
        "wl_breakers",
        sa.Column("account", sa.String(100), primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("code", sa.BigInteger),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("needed", sa.Integer),
        sa.Column("failures", sa.Integer, nullable=False),
    )
    op.create_table(
        "wl_leases",
        sa.Column("name", sa.String(150), primary_key=True),
        sa.Column("owner", sa.String(100)),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "wl_meta",
        sa.Column("name", sa.String(30), primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
