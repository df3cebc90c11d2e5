"""The contract of TelemetryStore as a whole: writing, describing, forgetting."""

from __future__ import annotations

import threading

import pytest

from assistant.domain.ports import TelemetryStore
from assistant.domain.signals import SignalBatch
from assistant.domain.window import TimeWindow
from tests.builders import a_batch, a_log, a_point, a_span, a_window, at, at_ns
from tests.conformance.readable import MINUTE

EVER = TimeWindow.of_ns(at_ns(-100_000_000), at_ns(100_000_000))


def test_an_empty_batch_is_fine(telemetry: TelemetryStore) -> None:
    telemetry.append(SignalBatch())

    assert telemetry.extent(EVER) is None


def test_the_extent_reaches_from_the_first_to_the_last_signal(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(
            a_log(time_ns=at_ns(3) + 1),
            a_span(start_ns=at_ns(1) + 999),
            a_point(time_ns=at_ns(2)),
        )
    )

    assert telemetry.extent(EVER) == TimeWindow.of_ns(at_ns(1), at_ns(3) + 1000)
    assert telemetry.extent(a_window(2, 3)) == TimeWindow.of_ns(at_ns(2), at_ns(2) + 1000)
    assert telemetry.extent(a_window(5, 6)) is None


def test_a_log_from_1754_is_kept_and_disturbs_nothing(telemetry: TelemetryStore) -> None:
    year_1754 = -6_810_000_000_000_000_000
    telemetry.append(a_batch(a_log(time_ns=year_1754), a_log()))

    assert len(telemetry.records(a_window(0, 1))) == 1
    assert len(telemetry.records(TimeWindow.of_ns(year_1754, year_1754 + 1000))) == 1


def test_services_are_described_by_what_they_last_said(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(
            a_span(
                "cart",
                version="1",
                attributes={
                    "k8s.deployment.name": "cart-v1",
                    "service.namespace": "shop",
                    "vcs.repository.url.full": "https://git.example/shop",
                },
            ),
            a_log(service="cart", time_ns=at_ns(1), version="2", instance="cart-7"),
            a_point(service="mail", node="node-1"),
            a_point(service="silent"),
        )
    )

    assert telemetry.services(a_window(0, 2)) == {
        "cart": {
            "version": "2",
            "instance": "cart-7",
            "k8s_name": "cart-v1",
            "namespace": "shop",
            "repository": "https://git.example/shop",
        },
        "mail": {"node": "node-1"},
        "silent": {},
    }
    assert telemetry.services(a_window(10, 20)) == {}


def test_versions_with_their_first_and_last_time(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(
            a_span("cart", version="1"),
            a_log(service="cart", version="1", time_ns=at_ns(3)),
            a_point(service="cart", version="2", time_ns=at_ns(2)),
            a_span("auth", version="7", start_ns=at_ns(1)),
            a_span("auth"),
        )
    )

    assert list(telemetry.versions(a_window(0, 10))) == [
        ("auth", "7", at_ns(1), at_ns(1)),
        ("cart", "1", at_ns(0), at_ns(3)),
        ("cart", "2", at_ns(2), at_ns(2)),
    ]


def test_trim_forgets_what_is_older(telemetry: TelemetryStore) -> None:
    telemetry.append(
        a_batch(
            a_span(start_ns=at_ns(0)),
            a_log(time_ns=at_ns(1)),
            a_point(time_ns=at_ns(2)),
            a_span(start_ns=at_ns(5)),
        )
    )

    assert telemetry.trim(before=at(2)) == 2
    assert telemetry.extent(EVER) == TimeWindow.of_ns(at_ns(2), at_ns(5) + 1000)
    assert telemetry.trim(before=at(2)) == 0
    assert telemetry.trim() == 0


def test_trim_to_nothing(telemetry: TelemetryStore) -> None:
    telemetry.append(a_batch(a_span(), a_log(), a_point()))

    assert telemetry.trim(max_bytes=0) == 3
    assert telemetry.extent(EVER) is None


def test_a_store_under_its_size_keeps_everything(telemetry: TelemetryStore) -> None:
    telemetry.append(a_batch(a_span(), a_log(), a_point()))

    assert telemetry.trim(max_bytes=10**12) == 0
    assert telemetry.extent(EVER) is not None


@pytest.mark.parametrize("batch", [a_batch(a_log("x"), a_span(), a_point())], ids=["mixed"])
def test_reads_and_writes_from_many_threads(telemetry: TelemetryStore, batch: SignalBatch) -> None:
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(5):
                telemetry.append(batch)
                assert telemetry.records(a_window(0, 1))
                assert telemetry.red(a_window(0, 1), MINUTE)
        except BaseException as error:  # noqa: BLE001 - shown below
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(telemetry.records(a_window(0, 1))) == 20
