"""What traces say of where a failure began, as belief in services and as findings."""

from __future__ import annotations

from assistant.analysis.causes.coursed import broke_first, slowed
from assistant.analysis.causes.facts import Observation
from assistant.analysis.causes.scene import Scene, scene_of
from assistant.analysis.detection.windows import Detection
from assistant.analysis.traces.course import Course
from assistant.analysis.traces.regions import BrokenRegion
from assistant.analysis.traces.slowdowns import Place, Slowdown
from assistant.domain.report import Question
from tests.builders import NOON, a_window


def a_region(service: str, nats: float, first: float = 1.0, before: str = "a") -> BrokenRegion:
    return BrokenRegion(
        service, "GET /item", before, "b", "$", was=1, now=0, nats=nats, first=first, traces=9,
        example="t",
    )  # fmt: skip


def a_slowdown(place: Place, blamed: str, share: float, nats: float = 50.0) -> Slowdown:
    return Slowdown(place, blamed, 0.01, 0.2, 0.3, share, nats, traces=9, example="t")


def seen(*regions: BrokenRegion, slow: tuple[Slowdown, ...] = ()) -> tuple[Observation, Scene]:
    observation = Observation(
        question=Question(NOON),
        window=a_window(),
        step_ns=60_000_000_000,
        as_of=NOON,
        detection=Detection((), (), ()),
        series=(),
        edges=(),
        failing=(),
        ordinary=(),
        course=Course(regions, slow),
    )
    return observation, scene_of(observation)


def test_where_code_broke_first_is_believed_and_both_ends_are_named() -> None:
    opinion = broke_first(*seen(a_region("stock", 20), a_region("shop", 20, first=0.0)))

    assert opinion is not None
    assert list(opinion.shares) == ["stock"]
    assert opinion.shares["stock"] > 0.9
    (finding,) = opinion.findings["stock"]
    assert (finding.kind, finding.names) == ("region", ("a", "b"))
    assert "in 0%; instead comes “the end of GET /item”" in finding.text


def test_the_surer_break_has_more_than_its_part_of_the_belief() -> None:
    opinion = broke_first(*seen(a_region("stock", 40), a_region("shop", 20)))

    assert opinion is not None
    assert opinion.shares["stock"] / opinion.shares["shop"] == 4.0
    assert sum(opinion.shares.values()) <= 1.0


def test_a_region_that_starts_with_its_span_is_named_by_the_operation() -> None:
    opinion = broke_first(*seen(a_region("stock", 20, before="")))

    assert opinion is not None
    assert opinion.findings["stock"][0].names == ("GET /item", "b")


def test_time_that_grew_counts_by_its_share_of_a_trace() -> None:
    long = a_slowdown(Place("own", "stock", "", ("GET /item",)), "stock", share=9.0)
    short = a_slowdown(Place("own", "shop", "", ("POST /buy",)), "shop", share=0.01, nats=500.0)

    opinion = slowed(*seen(slow=(short, long)))

    assert opinion is not None
    assert opinion.shares["stock"] > 0.85
    assert opinion.shares["shop"] < 0.01
    assert opinion.findings["stock"][0].names == ("GET /item",)


def test_slow_wires_are_one_finding_of_the_end_that_is_blamed() -> None:
    wires = tuple(
        a_slowdown(Place("wire", caller, "stock", ()), "stock", share=2.0)
        for caller in ("shop", "desk", "app")
    )

    opinion = slowed(*seen(slow=wires))

    assert opinion is not None
    (finding,) = opinion.findings["stock"]
    assert (finding.kind, finding.names) == ("metric", ("network latency p90",))


def test_traces_that_run_as_ever_say_nothing() -> None:
    assert broke_first(*seen()) is None
    assert slowed(*seen()) is None
