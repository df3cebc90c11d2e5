"""Reading the folder: what an investigation may see, and what only the scorer does."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.domain.window import to_ns
from benchmarks.nezha.cases import case_names, read_case, read_truth, service_of
from tests.benchmarks.nezha.fixture import STOCK, write_folder
from tests.builders import NOON, at


@pytest.mark.parametrize(
    ("pod", "service"),
    [
        ("x-stock-service-866bd68c97-xcqfx", "x-stock-service"),
        ("x-order-other-service-6cdbf9b4cc-h7mqk", "x-order-other-service"),
        ("bilo-nare-7a19c0b2-e4d1", "bilo-nare"),  # hashes that somebody replaced
        ("x-order-other", "x-order-other"),
        ("Frontend", "Frontend"),
    ],
)
def test_the_service_of_a_pod(pod: str, service: str) -> None:
    assert service_of(pod) == service


def test_a_case_comes_with_the_good_time_of_its_day(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)

    case = read_case(folder, "c1")

    assert case_names(folder) == ["c1"]
    assert case.at == NOON
    assert (len(case.around.spans), len(case.normal.spans)) == (90, 120)
    assert case.baseline.start == at(-60)
    assert case.baseline.end < at(-55)


def test_times_are_whole_nanoseconds_even_absurd_ones(tmp_path: Path) -> None:
    case = read_case(write_folder(tmp_path), "c1")

    assert case.around.spans[0]["start_time"] == to_ns(at(-1))
    assert case.around.points[0]["time"] == to_ns(at(-30))
    assert case.around.logs[0]["time"] < 0  # 1754


def test_metrics_of_the_good_time_alone_are_good(tmp_path: Path) -> None:
    case = read_case(write_folder(tmp_path), "c1")

    assert {row["time"] for row in case.normal.points} <= {
        to_ns(at(-60 + minute)) for minute in range(4)
    }


def test_the_truth_names_two_sites_or_a_metric(tmp_path: Path) -> None:
    truth = read_truth(write_folder(tmp_path), "c1")

    assert (truth.service, truth.pod, truth.fault) == ("x-stock-service", STOCK, "return")
    assert truth.cause == ("s.s.StockServiceImpl#31", "s.s.StockServiceImpl#34")
