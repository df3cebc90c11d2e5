"""The vector index on a Chroma server, named by a setting."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import a_window, at_ns
from tests.retrievers.knowledge.conftest import Opens, hunk


@pytest.fixture
def chroma_url(tmp_path: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    chroma = Path(sys.executable).with_name("chroma")
    server = subprocess.Popen(
        [chroma, "run", "--path", tmp_path / "served", "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{url}/api/v2/heartbeat", timeout=5).close()
                break
            except urllib.error.URLError:
                assert server.poll() is None, "chroma did not start"
                time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait()


@pytest.mark.slow
def test_vectors_live_on_the_server(opened: Opens, chroma_url: str, tmp_path: Path) -> None:
    store = opened(chroma_url=chroma_url)
    store.remember(
        [
            hunk("pool of four", first_ns=at_ns(0), last_ns=at_ns(1)),
            hunk("pool of forty", first_ns=at_ns(300), last_ns=at_ns(301)),
        ]
    )
    assert store.settle(60)
    (hit,) = store.search("connections", window=a_window(-10, 10))
    assert hit.document.id == "pool of four"
    assert hit.semantic == pytest.approx(1.0)
    assert not (tmp_path / "store" / "chroma").exists()


def test_without_the_server_words_still_answer(opened: Opens) -> None:
    store = opened(chroma_url="http://127.0.0.1:9")
    store.remember([hunk("pool of four")])
    (hit,) = store.search("pool")
    assert hit.semantic is None
    assert not store.settle(0.01)
