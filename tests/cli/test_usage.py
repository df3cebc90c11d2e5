"""`causeway costs` and `causeway quality`, over the stores and over a server."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from fastapi.testclient import TestClient

from assistant.api.app import create_app
from assistant.api.usage_schemas import (
    costs_from_dict,
    costs_to_dict,
    quality_from_dict,
    quality_to_dict,
)
from assistant.cli import backend, cli
from assistant.cli.costs import _print, money
from assistant.cli.local import Local
from assistant.domain.usage import PromptRef, SpendRow, Usage
from assistant.settings import Settings
from assistant.wiring import Causeway, now, open_causeway
from tests.builders.usage import a_model_call, a_score

Run = Callable[..., Result]

NEW = PromptRef("investigate", "4", "ff")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("usage")


@pytest.fixture(scope="module")
def causeway(folder: Path) -> Iterator[Causeway]:
    """Three calls and three scores of the last hour; closed again, so that commands can open."""
    settings = Settings.model_validate({"data_dir": folder, "allowed_hosts": ("testserver",)})
    with open_causeway(settings, long_running=False) as opened:
        recent: dict[str, Any] = {"at": now() - timedelta(minutes=30)}
        calls = [
            a_model_call(**recent, user="ada", cost_usd=0.25, first_chunk_s=0.4),
            a_model_call(**recent, user="ada", outcome="http_500", cost_usd=0.0, seconds=60.0),
            a_model_call(**recent, user="bob", model="ours", cost_usd=None, prompt=NEW),
        ]
        for call in calls:
            opened.ledger.record(call)
        opened.ledger.judge(
            [
                a_score("grounded_claims", 1.0, **recent),
                a_score("grounded_claims", 0.5, prompt=NEW, **recent),
                a_score("retrieval_seconds", 0.125, **recent),
            ]
        )
        yield opened


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, causeway: Causeway) -> Run:
    """Commands inside this process, over the same Causeway."""

    @contextmanager
    def connected(settings: Settings) -> Iterator[Local]:
        yield Local(causeway)

    monkeypatch.setattr(backend, "connected", connected)
    monkeypatch.setenv("COLUMNS", "200")

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(cli, arguments)

    return invoke


def rows(printed: str) -> list[list[str]]:
    """Cells of a table: columns are set apart by at least two spaces."""
    lines = [line.strip() for line in printed.splitlines() if line.strip(" ─")]
    return [re.split(r"\s{2,}", line) for line in lines]


def test_costs_by_model_with_what_is_unknown(run: Run) -> None:
    ran = run("costs")

    assert ran.exit_code == 0, ran.output
    table = rows(ran.output)
    assert table[0][:4] == ["Model", "Calls", "Failed", "In"]
    assert table[1] == [
        *["gpt-5-mini", "2", "1", "2,000", "0", "400", "$0.2500"],
        *["2.00 s", "2.00 s", "0.40 s"],
    ]
    assert table[2][:7] == ["ours", "1", "0", "1,000", "0", "200", "unknown"]
    assert table[3][:7] == ["total", "3", "1", "3,000", "0", "600", "$0.2500 + unknown"]
    assert "1 call has no known price" in ran.output


def test_no_number_is_cut_off_and_no_name_left_out() -> None:
    usage = Usage(1_234, 12, 12_345_678, 234_567, 1_234_567, cost_usd=1_234.5, unpriced=3)
    row = SpendRow((("user", "\x1b[31mmallory"), ("model", "m" * 40)), usage, 1.2, 12.3, 0.4)

    printed = (
        CliRunner()
        .invoke(click.command()(lambda: _print([row], usage, ["user", "model"])), color=True)
        .output
    )

    assert "…" not in printed
    assert "\x1b" not in printed
    assert rows(printed)[1] == [
        *["\ufffd[31mmallory", "m" * 40, "1,234", "12", "12.3M", "1.2M", "235k"],
        *["$1,234.50 + unknown", "1.20 s", "12 s", "0.40 s"],
    ]


def test_costs_by_several_keys(run: Run) -> None:
    table = rows(run("costs", "--by", "user", "--by", "prompt", "--since", "-1h").output)

    assert [row[:3] for row in table[1:3]] == [
        ["ada", "investigate@3", "2"],
        ["bob", "investigate@4", "1"],
    ]


def test_costs_as_json_have_no_cost_where_none_is_known(run: Run) -> None:
    told = json.loads(run("costs", "--json").output)

    assert [row["cost_usd"] for row in told["rows"]] == [0.25, None]
    assert told["rows"][0]["keys"] == {"model": "gpt-5-mini"}
    assert (told["total"]["calls"], told["total"]["unpriced"]) == (3, 1)


def test_quality_by_prompt(run: Run) -> None:
    ran = run("quality", "--by", "prompt")

    assert ran.exit_code == 0, ran.output
    assert [row[:4] for row in rows(ran.output)[1:]] == [
        ["grounded claims", "investigate@3", "1", "100%"],
        ["grounded claims", "investigate@4", "1", "50%"],
        ["retrieval seconds", "investigate@3", "1", "0.125 s"],
    ]


@pytest.mark.parametrize("command", ["costs", "quality"])
def test_an_empty_ledger_says_what_to_do(run: Run, command: str) -> None:
    ran = run(command, "--window", "2020-01-01..2020-01-02")

    assert ran.exit_code == 4
    assert "docs/models.md" in ran.output
    assert "2020-01-01 00:00 to 2020-01-02 00:00" in ran.output


def test_since_and_window_exclude_each_other(run: Run) -> None:
    assert run("costs", "--since", "-1h", "--window", "2h").exit_code == 2


def test_the_api_says_the_same(causeway: Causeway) -> None:
    client = TestClient(create_app(causeway))
    week = {"by": ["model", "day"]}

    costs, total = costs_from_dict(client.get("/api/v1/costs", params=week).json())
    quality = quality_from_dict(client.get("/api/v1/quality", params=week).json())

    assert [row.keys[0][1] for row in costs] == ["gpt-5-mini", "ours"]
    assert (total.calls, total.cost_usd, total.unpriced) == (3, 0.25, 1)
    assert [row.name for row in quality] == ["grounded_claims", "retrieval_seconds"]
    assert costs_from_dict(costs_to_dict(costs, total)) == (costs, total)
    assert quality_from_dict(quality_to_dict(quality)) == quality
    refused = client.get("/api/v1/costs", params={"by": "colour"})
    assert refused.status_code == 400
    assert "colour" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("usage", "shown"),
    [
        (Usage(calls=1, cost_usd=0.0123), "$0.0123"),
        (Usage(calls=9, cost_usd=1234.5), "$1,234.50"),
        (Usage(calls=2, unpriced=2), "unknown"),
        (Usage(calls=2, unpriced=1, cost_usd=0.5), "$0.5000 + unknown"),
        (Usage(calls=1, cost_usd=0.0), "$0.0000"),
    ],
)
def test_money(usage: Usage, shown: str) -> None:
    assert money(usage) == shown
