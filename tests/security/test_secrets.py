"""A secret that gets into logs, spans, commits, configuration or alerts is nowhere afterwards: not
in a report or its renderings, not in a file of the data directory."""

from __future__ import annotations

import ast
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import pytest

from assistant.domain.changes import ConfigChange
from assistant.domain.report import Report, Verdict
from assistant.settings import Settings
from assistant.wiring import Causeway, open_causeway
from integrations.renderings import html, markdown, text
from integrations.sources.alert.mapping import question_from_alert
from tests.builders import a_deploy, at, at_ns
from tests.integrations.sources.otlp.payloads import decoded
from tests.security.line import History, a_broken_shop, alert, logs, spans

OURS = (  # a line as people write it, and what of it must be gone
    ("password = 'correct-horse-battery'", "correct-horse-battery"),
    ('{"api_key": "9f8a7b6c5d4e3f2a1b0c"}', "9f8a7b6c5d4e3f2a1b0c"),
    ("Authorization: Bearer dGhpc2lzYXNlY3JldHRva2Vu", "dGhpc2lzYXNlY3JldHRva2Vu"),
    ("connecting to postgres://shop:hunter2hunter2@db/orders", "hunter2hunter2"),
    ("aws_access_key_id=AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    ("token ghp_0123456789abcdefghijABCDEFGHIJ012345", "ghp_0123456789abcdefghijABCDEFGHIJ012345"),
    ("mail sent to grace.hopper@navy.example.org", "grace.hopper@navy.example.org"),
    ("card 4111 1111 1111 1111 declined", "4111 1111 1111 1111"),
    ("-----BEGIN PRIVATE KEY-----\nTUlJRXZR\n-----END PRIVATE KEY-----", "TUlJRXZR"),
    ("login --password s3cr3tOfTheHouse", "s3cr3tOfTheHouse"),
)


@contextmanager
def opened(folder: Path) -> Iterator[Causeway]:
    settings = Settings.model_validate(
        {"data_dir": folder / "data", "repositories": {"shop": folder / "shop"}}
    )
    with open_causeway(settings, long_running=False, clock=lambda: at(10)) as causeway:
        yield causeway


def investigated(folder: Path, lines: Sequence[str]) -> Report:
    """The broken shop with every line in every channel, through the real stores."""
    history = History(folder / "shop")
    history.commit("Begin", "cart/page.py", "title = 'Shop'\n", minutes=-2000)
    for i, line in enumerate(lines):
        history.commit(line, f"cart/settings{i}.py", f"{line}\n", minutes=-30 + i / 100)
    hashes = history.write()
    with opened(folder) as causeway:
        causeway.accept(a_broken_shop().batch(), [])
        for request in (logs(lines, "cart", -20), spans(lines, "cart", -20)):
            causeway.accept(decoded(request, received_ns=at_ns(11)).batch, [])
        causeway.accept_changes(
            [
                a_deploy("cart", -1, repository="shop", revision=hashes[-1],
                         previous_revision=hashes[0], actor=lines[0]),
                *(
                    ConfigChange(f"c{i}", f"shop.setting{i}", at(-2), "cart", line, f"new {line}")
                    for i, line in enumerate(lines)
                ),
            ]
        )  # fmt: skip
        while not causeway.learned():
            causeway.learner.settle(5)
            causeway.changes.settle(5)
            causeway.knowledge.settle(60)
        question = question_from_alert(json.dumps(alert("\n".join(lines))).encode())
        return causeway.investigate(question)


def everything_left(folder: Path, report: Report) -> str:
    """The report, its renderings, every row of every database, and every file's bytes."""
    shown = [str(report), text.render(report), markdown.render(report), html.render(report)]
    files = [file for file in (folder / "data").rglob("*") if file.is_file()]
    rows: list[str] = []
    for file in files:
        if file.suffix == ".duckdb":
            rows += _duckdb_rows(file)
        elif file.suffix == ".sqlite3":
            rows += _sqlite_rows(file)
    raw = [file.read_bytes().decode("latin-1") for file in files]
    return "\n".join([*shown, *rows, *raw])


def _duckdb_rows(file: Path) -> Iterator[str]:
    with duckdb.connect(str(file), read_only=True) as database:
        for (table,) in database.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            yield from map(str, database.execute(f'SELECT * FROM "{table}"').fetchall())


def _sqlite_rows(file: Path) -> Iterator[str]:
    with closing(sqlite3.connect(file)) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            yield from map(str, database.execute(f'SELECT * FROM "{table}"'))


@pytest.mark.slow
def test_a_secret_is_nowhere_afterwards(tmp_path: Path) -> None:
    report = investigated(tmp_path, [line for line, _ in OURS])

    left = everything_left(tmp_path, report)

    assert [secret for _, secret in OURS if secret in left] == []
    assert report.verdict is Verdict.CHANGE_GUILTY
    for channel in ("user_agent", "shop.setting0", "settings0.py"):
        assert channel in left  # they did arrive


@pytest.mark.shared
@pytest.mark.slow
def test_published_samples_of_secrets_are_nowhere_afterwards(
    tmp_path: Path, shared_data: Path
) -> None:
    samples = shared_data / "attacks" / "detect-secrets"
    assigned = [*_assigned(samples / "each_secret.py")]
    assert len(assigned) >= 4

    report = investigated(tmp_path, [line for line, _ in assigned])

    left = everything_left(tmp_path, report)
    assert [secret for _, secret in assigned if secret in left] == []


def _assigned(file: Path) -> Iterator[tuple[str, str]]:
    """Its lines that assign a secret, and the secret."""
    for line in file.read_text().splitlines():
        name, _, value = line.partition(" = ")
        if "secret" in name or "aws" in name:
            yield line, ast.literal_eval(value)
        elif "auth" in name:
            yield line, ast.literal_eval(value).split(":")[2].split("@")[0]
