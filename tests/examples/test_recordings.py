"""What was recorded can be read back, and says what its incident is about."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from examples.shop.recorder.otlp import messages
from examples.shop.recorder.scenarios import SCENARIOS
from examples.shop.repository.build import git

RECORDINGS = Path(__file__).parents[2] / "examples" / "shop" / "recordings"
SERVICES = {"storefront", "cart", "checkout", "inventory", "payment", "pricing", "shipping"}


def read(name: str, file: str) -> Any:
    return json.loads((RECORDINGS / name / file).read_text())


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bundle")
    git(path, "clone", "-q", "--bare", str(RECORDINGS / "shop.bundle"), "shop.git")
    return path / "shop.git"


def test_all_of_it_is_small() -> None:
    size = sum(file.stat().st_size for file in RECORDINGS.rglob("*") if file.is_file())
    assert size <= 8_000_000


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_recording_decodes_as_otlp(name: str) -> None:
    spans: Counter[str] = Counter()
    for message in messages(RECORDINGS / name / "traces.otlp.gz"):
        for resource in ExportTraceServiceRequest.FromString(message).resource_spans:
            attributes = {a.key: a.value.string_value for a in resource.resource.attributes}
            assert attributes["vcs.ref.head.revision"]
            assert attributes["service.version"]
            spans[attributes["service.name"]] += sum(len(s.spans) for s in resource.scope_spans)
    points = sum(
        len(scope.metrics)
        for message in messages(RECORDINGS / name / "metrics.otlp.gz")
        for resource in ExportMetricsServiceRequest.FromString(message).resource_metrics
        for scope in resource.scope_metrics
    )
    bodies = [
        record.body.string_value
        for message in messages(RECORDINGS / name / "logs.otlp.gz")
        for resource in ExportLogsServiceRequest.FromString(message).resource_logs
        for scope in resource.scope_logs
        for record in scope.log_records
    ]
    assert set(spans) == SERVICES
    assert sum(spans.values()) > 3000
    assert points > 3000
    assert all(bodies)


@pytest.mark.parametrize("name", SCENARIOS)
def test_deployed_revisions_are_in_the_bundle(name: str, clone: Path) -> None:
    deployments = [c for c in read(name, "changes.json") if c["kind"] == "deployment"]
    for deployment in deployments:
        assert git(clone, "cat-file", "-t", deployment["revision"]) == "commit"

    running = {d["service"] for d in deployments if d["version"] == "2026.11.20-1"}
    assert running == SERVICES


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_question_lies_inside_the_recording(name: str) -> None:
    incident = read(name, "incident.json")
    assert incident["window"]["start"] < incident["at"] < incident["window"]["end"]
    assert (RECORDINGS / name / incident["repository"]["bundle"]).is_file()


def test_the_guilty_commit_went_out_minutes_before_and_innocents_just_before(clone: Path) -> None:
    incident = read("guilty-commit", "incident.json")
    expected = read("guilty-commit", "expected.json")
    late = [
        c for c in read("guilty-commit", "changes.json") if c["at"] >= incident["window"]["start"]
    ]
    order = [(c["kind"], c["service"]) for c in late]

    assert order == [
        ("deployment", "storefront"),
        ("deployment", "cart"),  # brings the guilty commit
        ("deployment", "pricing"),
        ("flag", "checkout"),
    ]
    brought = git(clone, "rev-list", f"{late[1]['previous_revision']}..{late[1]['revision']}")
    assert expected["guilty"] in brought.splitlines()
    assert expected["guilty_service"] != expected["first_failing_service"]
