"""Alembic runs this file; the connection comes from `retrievers.records.engine.migrate`."""

from __future__ import annotations

from alembic import context

from retrievers.records.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
