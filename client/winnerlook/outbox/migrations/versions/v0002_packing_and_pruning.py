"""Calls of several messages, numbers and references that can be found, replies that can be taken, one rate for all workers, counters, and a
log whose beginning was exported and pruned."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Columns and indexes beside those that are there."""
    _messages()
    _records()
    _others()


def _messages() -> None:
    """Each gets the ends of its number and reference."""
    op.add_column("wl_messages", sa.Column("bulk", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("wl_messages", sa.Column("phone_key", sa.String(64)))
    op.add_column("wl_messages", sa.Column("reference_key", sa.String(64)))
    messages = sa.table("wl_messages", *map(sa.column, ("phone", "phone_key", "reference", "reference_key")))
    op.execute(messages.update().values(phone_key=_end(messages.c.phone, 11), reference_key=_end(messages.c.reference, 64)))
    op.create_index("wl_messages_phone", "wl_messages", ["phone_key", "id"])
    _partial_index("wl_messages_reference", "wl_messages", ["reference_key", "id"], "reference_key IS NOT NULL")
    _partial_index("wl_messages_waiting", "wl_messages", ["not_before", "account"], "state || '' = 'QUEUED'")
    _partial_index("wl_messages_doubled", "wl_messages", ["proven_duplicate"], "possible_duplicate")


def _records() -> None:
    """Each reply gets the end of its number, and is yet to be taken."""
    op.add_column("wl_records", sa.Column("phone_key", sa.String(64)))
    op.add_column("wl_records", sa.Column("taken_at", sa.BigInteger))
    records = sa.table("wl_records", *map(sa.column, ("phone", "phone_key", "kind")))
    op.execute(records.update().where(records.c.kind == "reply").values(phone_key=_end(records.c.phone, 11)))
    _partial_index("wl_records_replies", "wl_records", ["id"], "kind = 'reply'")
    _partial_index("wl_records_untaken", "wl_records", ["id"], "kind = 'reply' AND taken_at IS NULL")
    _partial_index("wl_records_phone", "wl_records", ["phone_key", "id"], "kind = 'reply'")
    _partial_index("wl_records_strays", "wl_records", ["id"], "kind = 'report' AND state <> 'MATCHED'")
    _partial_index("wl_records_quarantined", "wl_records", ["id"], "state = 'QUARANTINED'")
    op.create_index("wl_records_unmatched", "wl_records", ["account", "state", "batch_number"])


def _others() -> None:
    _partial_index("wl_polls_quarantined", "wl_polls", ["id"], "state = 'QUARANTINED'")
    op.create_index("wl_attempts_uuid", "wl_attempts", ["customer_uuid"])
    op.add_column("wl_chains", sa.Column("pruned_seq", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("wl_chains", sa.Column("pruned_hash", sa.String(64), nullable=False, server_default="0" * 64))
    op.add_column("wl_chains", sa.Column("tallies", sa.Text, nullable=False, server_default="{}"))
    op.create_table(
        "wl_rates",
        sa.Column("account", sa.String(100), primary_key=True),
        sa.Column("per_second", sa.Float, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
    )


def _end(column: sa.ColumnClause[str], most: int) -> sa.ColumnElement[str]:
    length = sa.func.length(column)
    return sa.func.substr(column, sa.case((length > most, length - (most - 1)), else_=1))


def _partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
