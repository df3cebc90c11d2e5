"""Incidents that telemetry shows only in part: silence is not health."""

from __future__ import annotations

from assistant.domain.report import Verdict
from tests.builders import at
from tests.builders.system import System, Trouble, a_change

SHOP = {"web": ["cart"], "cart": ["stock"], "stock": ["db"]}
DB = frozenset({"db"})


def _shop(**changes: object) -> System:
    return System(SHOP, inferred=DB, **changes)  # type: ignore[arg-type]


def test_an_exporter_that_dies_with_its_service() -> None:
    shop = _shop(
        troubles=[Trouble("stock", 0, fails=1.0, message="unavailable")], silent={"stock": 0}
    )
    shop.logs("cart", "call to stock failed: connection refused", since=0, severity_number=17)

    report = shop.investigate("web")

    assert report.verdict is not Verdict.HEALTHY
    assert report.first_failing_service in ("stock", "cart")
    stopped = [a for a in report.anomalies if a.direction == "stopped" and a.service == "stock"]
    assert stopped
    assert any("stock" in gap for gap in report.gaps)


def test_a_service_that_falls_silent_alone_is_not_called_healthy() -> None:
    report = _shop(silent={"stock": -5}).investigate("stock")

    assert report.verdict is not Verdict.HEALTHY
    assert report.verdict is not Verdict.CHANGE_GUILTY


def test_metrics_are_missing_and_spans_suffice() -> None:
    shop = _shop()
    guilty = shop.breaks("stock", -1)

    report = shop.investigate("web")

    assert report.guilty is not None
    assert report.guilty.id == guilty.hash


def test_a_database_that_sends_nothing_is_seen_through_its_callers() -> None:
    shop = _shop(troubles=[Trouble("db", 0, slower=80, fails=0.6, message="connection refused")])
    shop.logs("stock", "could not connect to db: connection refused", since=0, severity_number=17)
    shop.deploys("web", -9, a_change("Font", "font = 'a'", "font = 'b'", "web/page.py"))

    report = shop.investigate("web")

    assert report.verdict is not Verdict.CHANGE_GUILTY
    assert report.hypotheses[0].kind == "dependency_outage"
    assert any(edge.callee == "db" and edge.inferred and edge.errors for edge in report.graph)
    assert any("db" in gap for gap in report.gaps)


def test_failures_sampled_more_densely_than_successes() -> None:
    """Tail sampling keeps every failed trace and one in five others: the share is not the rate."""
    shop = _shop(rate=40, sampled=lambda failed, chance: failed or chance.random() < 0.2)
    guilty = shop.breaks("stock", -1, fails=0.3)

    report = shop.investigate("web")

    assert report.guilty is not None
    assert report.guilty.id == guilty.hash
    assert report.hypotheses[0].kind != "traffic_surge"


def test_a_clock_that_runs_behind() -> None:
    """The failing service's clock is two minutes slow: its trouble seems to begin early."""
    shop = _shop(skewed={"stock": -2.0})
    guilty = shop.breaks("stock", -1)

    report = shop.investigate("web")

    assert report.first_failing_service == "stock"
    assert report.suspects[0].id == guilty.hash


def test_a_clock_that_runs_ahead_does_not_make_the_victim_first() -> None:
    shop = _shop(
        troubles=[Trouble("stock", 0, fails=0.8, message="bad unit")], skewed={"stock": 1.0}
    )

    assert shop.investigate("web").first_failing_service == "stock"


def test_data_that_arrives_late_changes_the_answer() -> None:
    """As of 12:06 only the caller has reported; half an hour later the service behind it has."""
    shop = _shop(troubles=[Trouble("stock", 0, fails=0.8, message="bad unit")])
    shop.logs("stock", "cannot convert unit of item {n}", since=0, severity_number=17)
    batch = shop.batch()
    telemetry = shop.store(lambda service, minute: service != "stock" or minute < 0, batch)

    first = shop.investigate("web", telemetry=telemetry)
    telemetry.append(shop.part(lambda service, minute: service == "stock" and minute >= 0, batch))
    second = shop.investigate("web", telemetry=telemetry, now=at(40))

    assert first.as_of < second.as_of
    assert any("stock" in gap for gap in first.gaps)
    assert second.first_failing_service == "stock"
    assert any("cannot convert unit" in e.excerpt for e in second.evidence)
    assert not any("cannot convert unit" in e.excerpt for e in first.evidence)


def test_pods_that_come_and_go_are_no_incident() -> None:
    """A deployment replaces every pod twice within the hour, and nothing else happens."""
    shop = _shop(
        start=-40,
        instances=lambda service, minute, chance: (
            f"{service}-{int(minute // 20)}-{chance.randrange(3)}"
        ),
    )
    for pod in range(-3, 1):
        for number in range(3):
            name = f"stock-{pod}-{number}"
            shop.gauge("stock", "process.memory", lambda m: 2e8, instance=name, since=20 * pod,
                       until=20 * pod + 20)  # fmt: skip

    assert shop.investigate("web").verdict is Verdict.HEALTHY


def test_a_counter_that_starts_over_is_no_incident() -> None:
    shop = _shop()
    shop.counter("stock", "http.server.requests", per_minute=600, restarts=(-30, 2))

    assert shop.investigate("web").verdict is Verdict.HEALTHY
