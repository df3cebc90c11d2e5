"""Comparison with a file under tests/golden, written anew with CAUSEWAY_UPDATE_GOLDEN=1."""

from __future__ import annotations

import os
from pathlib import Path

GOLDEN = Path(__file__).parents[2] / "golden"


def assert_golden(name: str, actual: str) -> None:
    file = GOLDEN / name
    if os.environ.get("CAUSEWAY_UPDATE_GOLDEN") == "1":
        file.write_text(actual, "utf-8")
    assert actual == file.read_text("utf-8")
