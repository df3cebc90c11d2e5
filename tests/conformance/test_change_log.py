"""The contract of ChangeLog: deployments, flags and configuration, for longer than telemetry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assistant.domain.changes import (
    ConfigChange,
    Deployment,
    DeploymentPhase,
    FlagChange,
    RecordedChange,
)
from assistant.domain.ports import ChangeLog
from tests.builders import a_deploy, a_flag, a_window, at
from tests.conformance.conftest import Records

HOUR = a_window(-60, 0)


@pytest.fixture
def log(records: Records) -> ChangeLog:
    return records.changes


def a_config(key: str = "pool.size", minutes: float = -5, **changes: Any) -> ConfigChange:
    values: dict[str, Any] = {"id": f"config-{key}", "key": key, "at": at(minutes)}
    return ConfigChange(**(values | changes))


@pytest.mark.parametrize(
    "change",
    [
        Deployment(
            id="d1",
            service="cart",
            at=at(-5),
            version="1.2",
            revision="abc123",
            previous_revision="abc122",
            environment="production",
            repository="shop",
            phase=DeploymentPhase.CANARY,
            started_at=at(-7),
            finished_at=at(-5),
            actor="ada",
            url="https://ci.example/7",
            inferred=True,
        ),
        FlagChange("f1", "new-cart", at(-5), service="cart", before="off", after="on", actor="ada"),
        ConfigChange("c1", "pool.size", at(-5), service="cart", before="5", after="50 \x00 ✓"),
    ],
    ids=["deployment", "flag", "config"],
)
def test_a_change_comes_back_as_it_went_in(log: ChangeLog, change: RecordedChange) -> None:
    log.record([change])

    assert list(log.changes(HOUR)) == [change]


def test_changes_come_oldest_first_from_the_half_open_window(log: ChangeLog) -> None:
    before, first, last, after = (a_deploy(minutes=m) for m in (-60.01, -60, -0.01, 0))
    log.record([last, after, first, before])

    assert list(log.changes(HOUR)) == [first, last]


def test_changes_without_a_service_always_count(log: ChangeLog) -> None:
    cart, mail = a_deploy("cart", -9), a_deploy("mail", -8)
    everywhere, only_mail = a_flag(minutes=-7), a_config(service="mail", minutes=-6)
    log.record([cart, mail, everywhere, only_mail])

    assert list(log.changes(HOUR, ["cart"])) == [cart, everywhere]
    assert list(log.changes(HOUR, ["mail"])) == [mail, everywhere, only_mail]
    assert list(log.changes(HOUR, ["nobody"])) == [everywhere]
    assert list(log.changes(HOUR)) == [cart, mail, everywhere, only_mail]


def test_the_same_id_again_replaces(log: ChangeLog) -> None:
    started = a_deploy(minutes=-9, phase=DeploymentPhase.STARTED, started_at=at(-9))
    ended = replace(started, at=at(-5), phase=DeploymentPhase.SUCCEEDED, finished_at=at(-5))
    log.record([started])
    log.record([ended])
    assert list(log.changes(HOUR)) == [ended]

    log.record([started, ended])
    assert list(log.changes(HOUR)) == [ended], "also within one call"


def test_nothing_to_record_and_nothing_found(log: ChangeLog) -> None:
    log.record([])

    assert list(log.changes(HOUR)) == []
    assert log.last_good_revision("cart", at()) == ""


def test_the_last_good_revision(log: ChangeLog) -> None:
    log.record(
        [
            a_deploy("cart", -50, revision="old"),
            a_deploy("cart", -40, revision="good"),
            a_deploy("cart", -30, revision="broken", phase=DeploymentPhase.FAILED),
            a_deploy("cart", -25, revision="undone", phase=DeploymentPhase.REVERTED),
            a_deploy("cart", -20),
            a_deploy("mail", -10, revision="of another"),
            a_deploy("cart", -5, revision="new"),
            a_flag("cart", -4),
        ]
    )

    assert log.last_good_revision("cart", at()) == "new"
    assert log.last_good_revision("cart", at(-5)) == "good", "strictly before"
    assert log.last_good_revision("cart", at(-45)) == "old"
    assert log.last_good_revision("cart", at(-50)) == ""
