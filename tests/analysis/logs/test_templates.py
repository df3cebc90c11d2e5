from __future__ import annotations

import numpy as np

from assistant.analysis.logs.templates import templates
from assistant.domain.signals import LogShape
from assistant.domain.window import NANOSECONDS
from tests.builders import a_log, at_ns


def a_shape(shape: str, service: str = "cart", severity: int = 9, count: float = 1) -> LogShape:
    return LogShape(
        service=service,
        shape=shape,
        severity_number=severity,
        counts=np.array([0.0, count]),
        start_ns=at_ns(),
        step_ns=60 * NANOSECONDS,
        first_ns=at_ns(1),
        last_ns=at_ns(1),
        exemplar=a_log(shape, service),
    )


USERS = ("alice", "bob", "carol", "dave", "erin")


def test_a_word_with_many_values_is_a_parameter() -> None:
    found = templates([a_shape(f"user {name} logged in", count=2) for name in USERS])
    assert [(t.template, t.counts.tolist()) for t in found] == [("user <*> logged in", [0, 10])]
    assert found[0].shapes == tuple(f"user {name} logged in" for name in USERS)


def test_a_word_with_few_values_is_a_meaning() -> None:
    shapes = ["connection to redis timed out", "connection to postgres timed out"]
    assert {t.template for t in templates([a_shape(s) for s in shapes])} == set(shapes)


def test_errors_never_merge_with_other_records() -> None:
    shapes = [a_shape(f"user {name} logged in") for name in USERS]
    shapes += [a_shape(f"user {name} locked out", severity=17) for name in USERS]
    assert {t.template for t in templates(shapes)} == {"user <*> logged in", "user <*> locked out"}


def test_services_stay_apart_and_the_most_frequent_comes_first() -> None:
    found = templates([a_shape("ready", "cart", count=1), a_shape("ready", "pay", count=5)])
    assert [t.service for t in found] == ["pay", "cart"]


def test_no_shapes_no_templates() -> None:
    assert templates([]) == []
