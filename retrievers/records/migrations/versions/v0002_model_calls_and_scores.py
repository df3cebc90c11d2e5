"""Calls of models, and scores of how good their answers were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "model_calls",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("at_ns", sa.BigInteger, nullable=False),
        *_context(),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("input_tokens", sa.BigInteger, nullable=False),
        sa.Column("output_tokens", sa.BigInteger, nullable=False),
        sa.Column("cache_read_tokens", sa.BigInteger, nullable=False),
        sa.Column("cache_write_tokens", sa.BigInteger, nullable=False),
        sa.Column("reasoning_tokens", sa.BigInteger, nullable=False),
        sa.Column("cost_usd", sa.Float),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("first_chunk_s", sa.Float),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("estimated", sa.Boolean, nullable=False),
    )
    op.create_table(
        "scores",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("at_ns", sa.BigInteger, nullable=False),
        *_context(),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Float, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("explanation", sa.Text, nullable=False),
    )
    for table in ("model_calls", "scores"):
        op.create_index(f"{table}_by_time", table, ["tenant", "at_ns"])
        op.create_index(f"{table}_by_investigation", table, ["tenant", "investigation"])


def _context() -> list[sa.Column[str]]:
    names = ["step", "investigation", "conversation", "user", "channel"]
    names += ["prompt_name", "prompt_version", "prompt_digest"]
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def downgrade() -> None:
    for table in ("scores", "model_calls"):
        op.drop_table(table)
