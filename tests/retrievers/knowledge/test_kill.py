"""kill -9 at any moment: what was remembered is found, and gets its meaning after a restart."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.retrievers.knowledge.conftest import Opens, Topics

REMEMBERS = """
import itertools, pathlib, sys
from retrievers.knowledge import ChromaKnowledge
from tests.retrievers.knowledge.conftest import Topics, hunk
topics = Topics()
if sys.argv[2] == "loading":
    topics.open.clear()
store = ChromaKnowledge(pathlib.Path(sys.argv[1]), topics)
for number in itertools.count():
    store.remember([hunk(f"pool number {number} shrank")])
    print(number, flush=True)
    if sys.argv[2] == "embedding" and number % 7 == 0:
        store.settle(60)
"""


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["loading", "embedding"])
def test_killed(opened: Opens, topics: Topics, tmp_path: Path, moment: str) -> None:
    last = -1
    for kill_after in (3, 20):
        command = [sys.executable, "-c", REMEMBERS, str(tmp_path / "store"), moment]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        with child.stdout as lines:
            for line in lines:
                last = max(last, int(line))
                if int(line) == kill_after:
                    os.kill(child.pid, signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL

    store = opened()
    everything = {f"pool number {number} shrank" for number in range(last + 1)}
    by_words = {hit.document.id for hit in store.search("shrank", limit=100)}
    assert by_words >= everything  # acknowledged, so durable
    assert store.settle(60)
    by_meaning = store.search("connections", limit=100)
    assert {hit.document.id for hit in by_meaning} == by_words
    assert all(hit.semantic is not None for hit in by_meaning)
    assert len(set(topics.seen)) == len(topics.seen)


def test_the_lock_of_a_killed_owner_is_gone(opened: Opens, tmp_path: Path) -> None:
    command = [sys.executable, "-c", REMEMBERS, str(tmp_path / "store"), "loading"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child.stdout as lines:
        assert lines.readline() == "0\n"
        child.kill()
        child.wait()
    assert opened().search("shrank")
