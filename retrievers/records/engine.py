"""Opening the records: SQLite in one file by default, PostgreSQL by URL, always migrated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import QueuePool

from assistant.domain.errors import InvalidSettings
from retrievers.records.failures import translated

_MIGRATIONS = Path(__file__).parent / "migrations"


def open_records(url: str) -> Engine:
    """The engine behind the SQL stores, its schema brought up to date; `dispose()` closes it.
    Raises InvalidSettings for a URL that cannot be used, StoreInUse, StorageFull."""
    try:
        parsed = make_url(url)
        engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _server(parsed)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise InvalidSettings(
            f"The records URL cannot be used: {error}",
            hint="Write sqlite:///path/records.db or postgresql+psycopg://user@host/database.",
        ) from error
    with translated():
        migrate(engine)
    return engine


def migrate(engine: Engine) -> None:
    """Runs what is missing of the migrations, all or nothing."""
    with engine.begin() as connection:
        if _version(connection) == newest():
            return
        # Half a second to import, for what happens once after an update.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def newest() -> str:
    """The latest revision there is, as the names of the files tell: `v0003_…` is 0003."""
    return max(file.name for file in _MIGRATIONS.glob("versions/v*.py"))[1:5]


def _version(connection: Connection) -> str:
    """Which revision the database has; '' before the first."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def _server(url: URL) -> Engine:
    return create_engine(url, pool_pre_ping=True)


def _sqlite(url: URL) -> Engine:
    """One connection for everybody: SQLite before 3.51.3 can damage its write-ahead log when two
    of them write or checkpoint at once. FULL makes a commit survive a loss of power."""
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        connect_args={"check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
