"""AS@k on services, and whether the cause was named."""

from __future__ import annotations

import pytest

from benchmarks.nezha.cases import Truth
from benchmarks.nezha.scoring import Answer, Named, Score, score, summary

BROKEN = Truth("stock", "stock-866bd68c97-xcqfx", "return", ("a.B#1", "a.B#4"))
BUSY = Truth("stock", "stock-866bd68c97-xcqfx", "cpu_contention", ("CpuUsageRate(%)",))
DELAYED = Truth("stock", "stock-866bd68c97-xcqfx", "network_delay", ("NetworkP90(ms)",))


def an_answer(*origins: Named, seconds: float = 1.0) -> Answer:
    return Answer(origins, seconds, 2.0)


@pytest.mark.parametrize(
    ("truth", "findings", "named"),
    [
        (BROKEN, [("a.B#1", "a.B#4")], True),
        (BROKEN, [("a.B#1",), ("a.B#4",)], True),
        (BROKEN, [("a.B#1", "a.B#9")], False),
        (BROKEN, [("x",), ("y",), ("z",), ("a.B#1", "a.B#4")], False),  # only the first three
        (BROKEN, [("INFO a.B#1 looked up", "INFO a.B#4 found")], True),  # in a template
        (BUSY, [("CpuUsage(m)", "CpuUsageRate(%)")], True),
        (BUSY, [("CpuUsage(m)",)], False),
        (DELAYED, [("network latency p90",)], True),
    ],
)
def test_what_counts_as_named(truth: Truth, findings: list[tuple[str, ...]], named: bool) -> None:
    answer = an_answer(Named("shop", (("a.B#1", "a.B#4"),)), Named("stock", tuple(findings)))

    assert score(answer, truth) == Score(2, named)


def test_a_service_that_is_not_named_has_no_place() -> None:
    assert score(an_answer(Named("shop", ())), BROKEN) == Score(None, cause=False)


def test_a_delay_under_a_prefix_is_the_same_delay() -> None:
    truth = Truth("stock", "stock-1", "network_delay", ("zuka_NetworkP90(ms)",))

    assert score(an_answer(Named("stock", (("network latency p90",),))), truth).cause


def test_the_summary_line() -> None:
    scored = [
        (an_answer(seconds=1.0), Score(1, cause=True)),
        (an_answer(seconds=3.0), Score(3, cause=False)),
        (an_answer(seconds=2.0), Score(5, cause=True)),
        (an_answer(seconds=9.0), Score(None, cause=False)),
    ]

    assert summary(scored) == ("nezha: AS@1 25.0 AS@3 50.0 AS@5 75.0, cause 2/4, median 2.50 s")
