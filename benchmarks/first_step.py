"""Seconds from a question to the first step that a person sees, at the terminal and over the API.

    python -m benchmarks.first_step CASE        CASE is a folder of RootCauseBench's

Terminal: a new `causeway ask` process, from its start to the first line on standard error (it is
up) and to the first step of the answer's own stream; with the stores opened by the command itself
and with a running server. API: from the POST of a message to the first event of its stream. Each
with and without a configured model (the scripted one); the median of several rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import httpx

from benchmarks.rootcausebench.cases import read_incident
from benchmarks.rootcausebench.engine import opened
from benchmarks.scripted_model import ScriptedModel, policies

TARGET_S = 1.0
_ROUNDS = 5
_COMMAND = (sys.executable, "-m", "assistant.cli")
_ROW = "{:<34}{:>10}{:>10}{:>9}"


@dataclass(frozen=True, slots=True)
class Waited:
    """Medians in seconds: to the first sign of life, and to the first step."""

    where: str
    alive_s: float
    step_s: float


def measure(case: Path) -> Iterator[Waited]:
    with tempfile.TemporaryDirectory(prefix="causeway-bench-") as scratch:
        incident = read_incident(case / "data")
        models = Path(scratch) / "models"
        models.mkdir()
        with opened(incident, Path(scratch) / "case", models) as found:
            about = found.question
        question = f"why is {about.service} failing since {about.at:%Y-%m-%dT%H:%M}?"
        plain = _environment(Path(scratch) / "case" / "data")
        with ScriptedModel(policy=policies.no_tool) as server:
            asked = {"CAUSEWAY_MODEL": "scripted", "CAUSEWAY_MODEL_URL": server.url}
            for name, environment in (("", plain), (", with a model", {**plain, **asked})):
                yield _terminal(f"terminal, own stores{name}", question, environment)
                with _serving(environment) as api:
                    yield _terminal(f"terminal, server{name}", question, environment)
                    yield _api(f"API{name}", question, api)


def _environment(data_dir: Path) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CAUSEWAY_", "OTEL_"))}
    ports = {f"CAUSEWAY_{name}_PORT": "0" for name in ("API", "OTLP_HTTP", "OTLP_GRPC")}
    nowhere = {"XDG_CONFIG_HOME": str(data_dir), "CAUSEWAY_DATA_DIR": str(data_dir)}
    return {**clean, **ports, **nowhere}


def _terminal(where: str, question: str, environment: Mapping[str, str]) -> Waited:
    rounds = [_asked(question, environment) for _ in range(_ROUNDS)]
    return Waited(where, median(r[0] for r in rounds), median(r[1] for r in rounds))


def _asked(question: str, environment: Mapping[str, str]) -> tuple[float, float]:
    """Seconds to the first and to the second line: the first says only that the command is up."""
    started = time.perf_counter()
    with subprocess.Popen(
        [*_COMMAND, "ask", question],
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    ) as process:
        assert process.stderr
        process.stderr.readline()
        alive_s = time.perf_counter() - started
        process.stderr.readline()
        step_s = time.perf_counter() - started
        process.stderr.read()
    return alive_s, step_s


@contextmanager
def _serving(environment: Mapping[str, str]) -> Iterator[str]:
    with subprocess.Popen(
        [*_COMMAND, "serve", "--json"], env=environment, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline())["api"]
        finally:
            process.terminate()


def _api(where: str, question: str, api: str) -> Waited:
    with httpx.Client(base_url=api, trust_env=False, timeout=120) as client:
        rounds = [_posted(client, question) for _ in range(_ROUNDS)]
    return Waited(where, median(r[0] for r in rounds), median(r[1] for r in rounds))


def _posted(client: httpx.Client, question: str) -> tuple[float, float]:
    chat = client.post("/api/v1/chats", json={}).json()["id"]
    started = time.perf_counter()
    alive_s = step_s = 0.0
    with client.stream(
        "POST",
        f"/api/v1/chats/{chat}/messages",
        json={"text": question},
        headers={"Accept": "text/event-stream"},
    ) as answer:
        alive_s = time.perf_counter() - started
        for line in answer.iter_lines():
            if line.startswith("event: step") and not step_s:
                step_s = time.perf_counter() - started
    return alive_s, step_s


def table(rows: Sequence[Waited]) -> str:
    lines = [_ROW.format("", "alive s", "step s", "target")]
    lines += [_ROW.format(r.where, f"{r.alive_s:.3f}", f"{r.step_s:.3f}", TARGET_S) for r in rows]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("case", type=Path)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = list(measure(given.case))
    if given.json is not None:
        document = [asdict(row) | {"target_s": TARGET_S} for row in rows]
        given.json.write_text(json.dumps(document, indent=1), "utf-8")
    print(table(rows))


if __name__ == "__main__":
    main()
