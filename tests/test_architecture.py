"""The floors of the house: imports point down, and importing does nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_imports_point_down() -> None:
    """The contracts stand in pyproject.toml under [tool.importlinter]."""
    ran = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def imported_by(statement: str) -> set[str]:
    program = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(ran.stdout.split())


def test_help_needs_nothing_heavy() -> None:
    """`causeway --help` answers at once because it imports click and little else."""
    heavy = {"numpy", "pydantic", "fastapi", "duckdb", "chromadb", "sqlalchemy", "httpx", "rich"}
    commands = (
        "demo",
        "serve",
        "ingest",
        "investigate",
        "changes",
        "services",
        "settings",
        "bench",
    )
    imports = ", ".join(f"assistant.cli.{name}" for name in commands)
    assert not heavy & imported_by(f"import {imports}")


def test_the_server_takes_in_telemetry_before_the_slow_imports() -> None:
    slow = {"scipy", "networkx", "matplotlib", "onnxruntime", "chromadb", "sqlalchemy"}
    assert not slow & imported_by("import assistant.api.server")
