"""Programs as a user runs them, with what they cost. Nothing heavy is imported here: the peak
memory of a child is never less than what its parent held when it started it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson


class Failed(Exception):
    """A program of a benchmark ended with an error; the text is the end of what it said."""


@dataclass(frozen=True, slots=True)
class Finished:
    """`last` is the last line printed, `peak_mb` the most memory that the program or one of its
    children held, `document` what it wrote with --json."""

    command: str
    output: str
    last: str
    seconds: float
    peak_mb: float
    document: Any = None


def causeway(*arguments: str) -> Finished:
    """`causeway ARGUMENTS --json FILE`."""
    return _run(["-m", "assistant.cli", *arguments], " ".join(("causeway", *arguments)))


def program(module: str, *arguments: str, json: bool = True) -> Finished:
    """`python -m MODULE ARGUMENTS`, with --json FILE unless told otherwise."""
    shown = " ".join(("python -m", module, *(f"'{a}'" if " " in a else a for a in arguments)))
    return _run(["-m", module, *arguments], shown, json=json)


def _run(arguments: Sequence[str], shown: str, *, json: bool = True) -> Finished:
    with tempfile.TemporaryDirectory(prefix="causeway-results-") as folder:
        file = Path(folder) / "result.json"
        extra = ["--json", str(file)] if json else []
        started = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, *arguments, *extra], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            output = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        if process.returncode:
            raise Failed(f"{shown}: exit code {process.returncode}. {output[-500:]}")
        document = orjson.loads(file.read_bytes()) if file.exists() else None
    last = output.strip().rpartition("\n")[2]
    return Finished(shown, output, last, seconds, usage.ru_maxrss / 1024, document)
