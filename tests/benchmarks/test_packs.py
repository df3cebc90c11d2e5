"""The table of pack sizes over reports that were written down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.schema import report_to_json
from benchmarks.packs import main, sizes
from tests.builders.reports import a_healthy_report, a_report, an_operational_report


def test_reports_of_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    for n, report in enumerate((a_report(), an_operational_report(), a_healthy_report())):
        (folder / f"{n}.json").write_bytes(report_to_json(report))
    assert main([str(folder), "--json", str(tmp_path / "sizes.json")]) == 0
    heading, row, together, last = capsys.readouterr().out.splitlines()
    assert heading.split() == ["reports", "lowest", "median", "p95", "highest"]
    assert row.split()[:2] == ["kept", "3"]
    assert together.split()[:2] == ["all", "3"]
    (written,) = json.loads((tmp_path / "sizes.json").read_text())
    assert last == (
        f"packs: median {sorted(written['tokens'])[1]:,} tokens (target ≤ 6,000), highest "
        f"{max(written['tokens']):,} (target ≤ 10,000), 3 reports"
    )


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="neither reports nor labelled incidents"):
        sizes(tmp_path)


@pytest.mark.shared
@pytest.mark.slow
def test_an_incident_is_investigated_first(shared_data: Path) -> None:
    found = sizes(shared_data / "rootcausebench" / "tls-cert-expiry")
    assert len(found.tokens) == 1
    assert found.met
