from __future__ import annotations

from typing import Any

import pytest

from assistant.domain.changes import (
    ConfigChange,
    Deployment,
    DeploymentPhase,
    FlagChange,
    RecordedChange,
)
from assistant.domain.errors import InvalidPayload
from integrations.sources.otlp.changes import change_of_event, parse_changes
from tests.builders import at

NOON = "2026-03-02T12:00:00Z"
RESOURCE = {"service.name": "orders", "service.version": "1.9.0"}


def event(name: str, attributes: dict[str, Any] | None = None) -> RecordedChange | None:
    return change_of_event(name, attributes or {}, RESOURCE, at())


def one(payload: object) -> RecordedChange:
    (change,) = parse_changes(payload)
    return change


def test_a_deployment_event_speaks_the_semantic_conventions() -> None:
    assert event(
        "deployment.end",
        {
            "vcs.ref.head.revision": "8f14e45f",
            "vcs.ref.base.revision": "c9f0f895",
            "vcs.repository.url.full": "https://git.example/shop/orders.git",
            "deployment.environment.name": "production",
            "deployment.id": "d7",
            "user.name": "ada",
            "cicd.pipeline.run.url.full": "https://ci.example/7",
        },
    ) == Deployment(
        id="d7",
        service="orders",
        at=at(),
        version="1.9.0",
        revision="8f14e45f",
        previous_revision="c9f0f895",
        environment="production",
        repository="orders",
        phase=DeploymentPhase.SUCCEEDED,
        finished_at=at(),
        actor="ada",
        url="https://ci.example/7",
    )


@pytest.mark.parametrize(
    ("name", "attributes", "phase"),
    [
        ("deployment.start", {}, DeploymentPhase.STARTED),
        ("deployment.end", {"deployment.status": "succeeded"}, DeploymentPhase.SUCCEEDED),
        ("deployment.end", {"deployment.status": "failed"}, DeploymentPhase.FAILED),
        ("deployment.end", {"cicd.pipeline.result": "failure"}, DeploymentPhase.FAILED),
        ("deployment.canary", {}, DeploymentPhase.CANARY),
        ("deployment.revert", {}, DeploymentPhase.REVERTED),
    ],
)
def test_the_events_name_and_status_tell_the_phase(
    name: str, attributes: dict[str, Any], phase: DeploymentPhase
) -> None:
    change = event(name, attributes)
    assert isinstance(change, Deployment)
    assert change.phase is phase


def test_start_and_end_of_one_deployment_share_its_id_and_a_revert_has_its_own() -> None:
    run = {"cicd.pipeline.run.id": "77"}
    ids = [
        change.id
        for name in ("deployment.start", "deployment.end", "deployment.revert")
        if (change := event(name, run))
    ]
    assert ids == ["77:orders", "77:orders", "77:orders:revert"]


def test_a_flag_that_was_flipped() -> None:
    change = event(
        "feature_flag.change",
        {
            "feature_flag.key": "new-cart",
            "feature_flag.previous.value": False,
            "feature_flag.result.value": True,
        },
    )
    assert change is not None
    assert change == FlagChange(change.id, "new-cart", at(), before="false", after="true")


def test_a_configuration_value_that_changed() -> None:
    change = event(
        "configuration.change",
        {
            "configuration.key": "db.pool_size",
            "configuration.previous.value": 20,
            "configuration.value": 5,
            "service.name": "orders",
        },
    )
    assert change is not None
    assert change == ConfigChange(change.id, "db.pool_size", at(), "orders", "20", "5")


def test_an_event_without_what_changed_is_no_change() -> None:
    assert event("feature_flag.change", {"feature_flag.previous.value": "on"}) is None
    assert change_of_event("deployment.end", {}, {}, at()) is None


def test_json_changes_may_be_one_a_list_or_an_object_of_them() -> None:
    flag = {"kind": "flag", "flag": "new-cart", "at": NOON, "before": "off", "after": "on"}
    expected = one(flag)

    assert expected == FlagChange(expected.id, "new-cart", at(), before="off", after="on")
    assert parse_changes([flag, flag]) == [expected, expected]
    assert parse_changes({"changes": [flag]}) == [expected]
    assert parse_changes(
        b'{"kind":"flag","flag":"new-cart","at":"2026-03-02T13:00:00+01:00",'
        b'"before":"off","after":"on"}'
    ) == [expected]


def test_a_deployment_in_json_needs_only_a_service_and_a_time() -> None:
    change = one({"kind": "deployment", "service": "orders", "finished_at": NOON})
    assert change == Deployment(change.id, "orders", at(), finished_at=at())


def test_a_start_and_its_end_get_the_same_id_and_another_deployment_does_not() -> None:
    start = {"kind": "deployment", "service": "orders", "revision": "8f14", "started_at": NOON}
    end = start | {"finished_at": "2026-03-02T12:04:00Z", "phase": "succeeded"}
    again = start | {"started_at": "2026-03-03T12:00:00Z"}

    assert one(start).id == one(end).id != one(again).id


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"{", "not JSON"),
        ("7", "Changes are an object, a list"),
        ([7], r"changes\[0\] must be an object"),
        ({"at": NOON}, "change.kind must be one of deployment, flag, config"),
        ({"kind": "flag", "at": NOON}, "change.flag is missing"),
        ({"kind": "config", "key": "a"}, "change.at is missing"),
        ({"kind": "config", "key": "a", "at": "noon"}, "change.at must be a time with a zone"),
        ({"kind": "config", "key": "a", "at": "2026-03-02T12:00:00"}, "with a zone"),
        ({"kind": "config", "key": "a", "at": 7}, "change.at must be a time"),
        ({"kind": "config", "key": ["a"], "at": NOON}, "change.key must be text"),
        ({"kind": "config", "key": "a" * 10_001, "at": NOON}, "longer than 10000"),
        ({"kind": "deployment", "service": "a", "at": NOON, "phase": "done"}, "change.phase"),
        ({"kind": "deployment", "service": "a", "at": NOON, "commit": "8f"}, "change.commit is"),
        ({"kind": "deployment", "service": "a", "at": NOON, "inferred": "no"}, "true or false"),
        ([{}] * 10_001, "More than 10000 changes"),
    ],
)
def test_the_wrong_field_is_named(payload: object, message: str) -> None:
    with pytest.raises(InvalidPayload, match=message):
        parse_changes(payload)
