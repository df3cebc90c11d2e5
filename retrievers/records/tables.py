"""The tables as they are now; `migrations` is how they came to be (a test holds them equal)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
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

# On whose behalf a call was made, or a score given.
_context = (
    "step",
    "investigation",
    "conversation",
    "user",
    "channel",
    "prompt_name",  # '' without a prompt
    "prompt_version",
    "prompt_digest",
)

model_calls = Table(
    "model_calls",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("at_ns", BigInteger, nullable=False),
    *(Column(name, Text, nullable=False) for name in _context),
    Column("model", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cache_read_tokens", BigInteger, nullable=False),
    Column("cache_write_tokens", BigInteger, nullable=False),
    Column("reasoning_tokens", BigInteger, nullable=False),
    Column("cost_usd", Float),  # null when the price is unknown
    Column("seconds", Float, nullable=False),
    Column("first_chunk_s", Float),  # null when it did not stream
    Column("attempt", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("estimated", Boolean, nullable=False),
    Index("model_calls_by_time", "tenant", "at_ns"),
    Index("model_calls_by_investigation", "tenant", "investigation"),
)

scores = Table(
    "scores",
    metadata,
    # In the order they were given; SQLite counts up in its own integer type only.
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("at_ns", BigInteger, nullable=False),
    *(Column(name, Text, nullable=False) for name in _context),
    Column("model", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("value", Float, nullable=False),
    Column("label", Text, nullable=False),
    Column("explanation", Text, nullable=False),
    Index("scores_by_time", "tenant", "at_ns"),
    Index("scores_by_investigation", "tenant", "investigation"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("started_ns", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("report_id", Text, nullable=False),  # '' before the first investigation
    Index("conversations_by_time", "tenant", "started_ns"),
)

turns = Table(
    "turns",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("conversation_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at_ns", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("report_id", Text, nullable=False),
    Column("claims", Text, nullable=False),  # JSON
    ForeignKeyConstraint(
        ["tenant", "conversation_id"],
        ["conversations.tenant", "conversations.id"],
        ondelete="CASCADE",
    ),
)

# Of reports that may be gone: what people said of them still counts.
feedback = Table(
    "feedback",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("report_id", Text, nullable=False),
    Column("at_ns", BigInteger, nullable=False),
    Column("helpful", Boolean, nullable=False),
    Column("claim", Text, nullable=False),  # the sentence it concerns, '' for the whole
    Column("reason", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Index("feedback_by_report", "tenant", "report_id"),
)
