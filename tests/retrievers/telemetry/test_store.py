"""What only a store on disk can do or suffer."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.domain.errors import (
    InvalidPayload,
    OperatorError,
    StorageFull,
)
from retrievers.telemetry import DuckDbTelemetry
from tests.builders import a_batch, a_log, a_point, a_span, a_window, at_ns
from tests.conformance.readable import MINUTE

WINDOW = a_window(0, 10)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "telemetry.duckdb"


@pytest.fixture
def store(path: Path) -> Iterator[DuckDbTelemetry]:
    opened = DuckDbTelemetry(path)
    yield opened
    opened.close()


def test_a_closed_store_opens_again_with_its_rows(path: Path) -> None:
    first = DuckDbTelemetry(path)
    first.append(a_batch(a_log("kept")))
    first.close()

    second = DuckDbTelemetry(path)
    bodies = [record.body for record in second.records(WINDOW)]
    second.close()

    assert bodies == ["kept"]


def test_a_closed_store_says_so(path: Path) -> None:
    store = DuckDbTelemetry(path)
    store.close()

    with pytest.raises(OperatorError, match="cannot be used"):
        store.records(WINDOW)


def test_a_second_process_is_told_who_has_the_file(store: DuckDbTelemetry, path: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from assistant.domain.errors import StoreInUse\n"
        "from retrievers.telemetry import DuckDbTelemetry\n"
        "try: DuckDbTelemetry(pathlib.Path(sys.argv[1]))\n"
        "except StoreInUse as error: print(error, error.hint)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )

    assert "is in use by process" in told.stdout
    assert "causeway serve" in told.stdout


def test_a_file_that_is_no_database_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.duckdb"
    path.write_bytes(b"not a database" * 1000)

    with pytest.raises(OperatorError, match="cannot be used"):
        DuckDbTelemetry(path)


@pytest.mark.parametrize(
    "batch",
    [
        a_batch(a_log("fine"), a_span(start_ns=2**63)),
        a_batch(a_log("fine"), a_point(count=2**63)),
        a_batch(a_log("fine"), a_log("half a pair: \ud800")),
        a_batch(a_log("fine"), a_log(shape=None)),
    ],
    ids=["a time past 2262", "a count past int64", "no Unicode", "no text where text must be"],
)
def test_a_batch_with_an_impossible_value_is_refused_whole(
    store: DuckDbTelemetry, batch: object
) -> None:
    with pytest.raises(InvalidPayload):
        store.append(batch)  # type: ignore[arg-type]

    assert list(store.records(WINDOW)) == []


def test_attributes_that_are_no_json_are_refused(store: DuckDbTelemetry) -> None:
    batch = a_batch(a_log("fine"), a_point())
    batch.points["attributes"][0] = "{half"

    with pytest.raises(InvalidPayload):
        store.append(batch)

    assert list(store.records(WINDOW)) == []


def test_a_disk_that_is_nearly_full_takes_nothing_more(path: Path) -> None:
    store = DuckDbTelemetry(path, reserved_bytes=2**62)

    with pytest.raises(StorageFull, match="no room left") as refused:
        store.append(a_batch(a_log()))

    assert "nothing was stored" in refused.value.hint
    assert list(store.records(WINDOW)) == []
    assert store.trim(before=WINDOW.end) == 0
    store.close()


FILLS_UP = """
import pathlib, resource, signal, sys
from assistant.domain.errors import StorageFull
from retrievers.telemetry import DuckDbTelemetry
from tests.builders import a_batch, a_log

def limit(size):  # a write past the limit fails like one to a full disk
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = DuckDbTelemetry(pathlib.Path(sys.argv[1]), memory_limit_mb=100)
limit(3_000_000)
for number in range(1000):
    rows = [a_log(f"{number}/{i}", attributes={"id": f"{number * 7919 + i:x}" * 20})
            for i in range(500)]
    try:
        store.append(a_batch(*rows))
        print(number)
        if sys.argv[2] == "checkpoint":
            store.trim(max_bytes=10**12)
    except StorageFull:
        print("full")
        break
limit(resource.RLIM_INFINITY)
store.append(a_batch(a_log("room again")))
print("room again")
"""


@pytest.mark.parametrize("written", ["log", "checkpoint"])
def test_a_disk_that_fills_up_keeps_what_was_acknowledged(path: Path, written: str) -> None:
    child = subprocess.run(
        [sys.executable, "-c", FILLS_UP, str(path), written],
        capture_output=True,
        text=True,
        check=False,
    )
    said = child.stdout.split("\n")
    assert "full" in said, child.stderr
    acknowledged = said[: said.index("full")]

    store = DuckDbTelemetry(path)
    stored = Counter(r.body.split("/")[0] for r in store.records(WINDOW, limit=10**6))
    store.close()

    assert acknowledged
    assert stored == dict.fromkeys(acknowledged, 500) | {"room again": 1}, child.stderr


def test_trim_by_size_forgets_the_oldest(store: DuckDbTelemetry) -> None:
    for minute in range(8):
        noise = [
            a_log(f"{minute}/{i}", time_ns=at_ns(minute), attributes={"x": f"{i * 7919:x}" * 40})
            for i in range(2000)
        ]
        store.append(a_batch(*noise))

    gone = store.trim(max_bytes=1_000_000)

    left = [int(r.body.split("/")[0]) for r in store.records(WINDOW, limit=10**6)]
    assert gone == 16_000 - len(left) > 0
    assert set(left) <= set(range(min(left, default=8), 8)), "the youngest stay"


def test_tenants_do_not_see_each_other(path: Path) -> None:
    ours = DuckDbTelemetry(path, tenant="ours")
    theirs = DuckDbTelemetry(path, tenant="theirs")
    ours.append(a_batch(a_log("ours"), a_span(), a_point()))

    assert list(theirs.records(WINDOW)) == []
    assert theirs.extent(WINDOW) is None
    assert list(theirs.red(WINDOW, MINUTE)) == list(theirs.series(WINDOW, MINUTE)) == []
    assert theirs.trim(max_bytes=0) == 0
    assert ours.extent(WINDOW) is not None
    ours.close()
    theirs.close()


def test_reads_go_on_while_a_batch_is_written(store: DuckDbTelemetry) -> None:
    store.append(a_batch(a_log("before")))
    big = a_batch(*(a_log(f"{i}") for i in range(20_000)))
    writer = threading.Thread(target=store.append, args=(big,))
    writer.start()
    seen = set()
    while writer.is_alive():
        seen.add(len(store.records(WINDOW, limit=10**6)))
    writer.join()

    assert seen <= {1, 20_001}, "a reader sees whole batches only"
