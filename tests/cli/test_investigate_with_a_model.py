"""`causeway investigate` with a model: Ctrl-C ends the model's part, not the command."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from benchmarks.scripted_model import Reply, ScriptedModel
from tests.cli.test_commands import invoke
from tests.conftest import Installation

ASKED = ("investigate", "--service", "web", "--at", "2026-03-02T12:00:00Z", "--json")


@pytest.mark.slow
def test_control_c_ends_the_model_not_the_command(install: Callable[[], Installation]) -> None:
    installation = install()
    with ScriptedModel(policy=lambda body: Reply(delay_s=60)) as model:
        told = {"CAUSEWAY_MODEL": "m", "CAUSEWAY_MODEL_URL": model.url}
        spans = installation.folder / "logs.ndjson"
        spans.write_text('{"timestamp": "2026-03-02T11:50:00Z", "body": "starting"}\n')
        assert installation.run("ingest", spans, "--service", "web").code == 0
        process = subprocess.Popen(
            [sys.executable, "-m", "assistant.cli", *ASKED],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=installation.environment(**told),
            text=True,
        )
        with process:
            _until(lambda: model.requests or process.poll() is not None)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    report = json.loads(out)
    assert report["narration"]["ended"] == "it was interrupted"
    assert report["narration"]["model"] == "m"
    assert report["author"].startswith("Written by code")


def test_a_model_and_none_at_once_is_a_mistake() -> None:
    ran = invoke("investigate", "--model", "m", "--no-model")
    assert ran.exit_code == 2
    assert "exclude each other" in ran.output


def _until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
