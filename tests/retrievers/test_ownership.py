"""One owner a data directory, and the others can find it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.domain.errors import StoreInUse
from retrievers.ownership import Owner, own, owner_of

HOLDS_IT = """
import pathlib, sys, time
from retrievers.ownership import own
with own(pathlib.Path(sys.argv[1]), address="http://127.0.0.1:4318"):
    print("mine", flush=True)
    time.sleep(60)
"""


def a_holder(directory: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLDS_IT, str(directory)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child.stdout as lines:
        assert lines.readline() == "mine\n"
    return child


def test_an_owner_is_found_while_it_lives(tmp_path: Path) -> None:
    assert owner_of(tmp_path) is None
    with own(tmp_path) as directory:
        assert owner_of(tmp_path) == Owner(os.getpid())
        directory.announce("http://127.0.0.1:8080")
        assert owner_of(tmp_path) == Owner(os.getpid(), "http://127.0.0.1:8080")
    assert owner_of(tmp_path) is None


def test_a_second_owner_in_this_process_is_refused(tmp_path: Path) -> None:
    with own(tmp_path), pytest.raises(StoreInUse), own(tmp_path):
        pass


def test_a_second_owner_is_told_who_the_first_is_and_what_to_do(tmp_path: Path) -> None:
    child = a_holder(tmp_path)

    with pytest.raises(StoreInUse) as refused, own(tmp_path):
        pass

    assert f"process {child.pid} (it answers at http://127.0.0.1:4318)" in str(refused.value)
    assert "stop it" in refused.value.hint
    assert owner_of(tmp_path) == Owner(child.pid, "http://127.0.0.1:4318")
    child.kill()
    child.wait()


def test_a_killed_owner_leaves_the_directory_free(tmp_path: Path) -> None:
    child = a_holder(tmp_path)
    child.send_signal(signal.SIGKILL)
    child.wait()

    assert owner_of(tmp_path) is None
    with own(tmp_path / "." / ""):
        assert owner_of(tmp_path) == Owner(os.getpid())


def test_the_directory_is_made_when_missing(tmp_path: Path) -> None:
    with own(tmp_path / "a" / "b") as directory:
        assert directory.path.is_dir()
