"""What every benchmark understands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """`json`: write every case's result to this file. `rename`: seed of a consistent renaming of
    the data, None for the data as it is. `seed`: of benchmarks that make their own data. `model`:
    the language model that explains, '' for none; `settings` are those that it needs."""

    json: Path | None = None
    rename: int | None = None
    seed: int = 1
    model: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> BenchOptions:
        """From what the command line passes on; keys it does not know are an error of ours."""
        return cls(**{name: value for name, value in given.items() if value is not None})
