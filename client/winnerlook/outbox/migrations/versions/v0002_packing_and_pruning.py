"""Calls of several messages, encrypted numbers, one rate for all workers, and a log whose beginning was exported and pruned."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Columns beside those that are there; no row is rewritten."""
    op.add_column("wl_messages", sa.Column("bulk", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("wl_messages", sa.Column("phone_key", sa.String(64)))
    op.create_index("wl_messages_phone", "wl_messages", ["phone_key"])
    op.create_index("wl_attempts_uuid", "wl_attempts", ["customer_uuid"])
    op.create_index("wl_records_unmatched", "wl_records", ["account", "state", "batch_number"])
    op.add_column("wl_chains", sa.Column("pruned_seq", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("wl_chains", sa.Column("pruned_hash", sa.String(64), nullable=False, server_default="0" * 64))
    op.create_table(
        "wl_rates",
        sa.Column("account", sa.String(100), primary_key=True),
        sa.Column("per_second", sa.Float, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
    )
