"""The tables as they are now; `migrations` is how they came to be (a test holds them equal)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)

metadata = MetaData()

changes = Table(
    "changes",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # deployment, flag or config
    Column("service", Text, nullable=False),
    Column("at_ns", BigInteger, nullable=False),
    Column("phase", Text, nullable=False),  # of a deployment, else ''
    Column("revision", Text, nullable=False),  # of a deployment, else ''
    Column("document", Text, nullable=False),  # the whole change as JSON
    Index("changes_by_time", "tenant", "at_ns"),
)

reports = Table(
    "reports",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("as_of_ns", BigInteger, nullable=False),
    Column("service", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("document", Text, nullable=False),  # the report as `assistant.schema` writes it
    Index("reports_by_time", "tenant", "as_of_ns"),
)

# The excerpts are copies: they can be read when the telemetry they quote is long forgotten.
evidence = Table(
    "evidence",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("report_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("excerpt", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("start_ns", BigInteger, nullable=False),
    Column("end_ns", BigInteger, nullable=False),
    ForeignKeyConstraint(
        ["tenant", "report_id"], ["reports.tenant", "reports.id"], ondelete="CASCADE"
    ),
)
