"""Alert payloads and the questions behind them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.domain.errors import InvalidPayload
from assistant.domain.report import Question
from integrations.sources.alert.mapping import question_from_alert


def asked(document: Any) -> Question:
    return question_from_alert(json.dumps(document).encode())


def an_alert(starts_at: str, status: str = "firing", **labels: str) -> dict[str, Any]:
    return {"status": status, "labels": labels, "annotations": {}, "startsAt": starts_at}


def test_a_generic_alert() -> None:
    question = asked(
        {
            "service": "checkout",
            "metric": "http_5xx_ratio",
            "summary": "checkout fails for one request in five",
            "fired_at": "2026-03-02T13:05:00+01:00",
        }
    )
    assert question == Question(
        at=datetime(2026, 3, 2, 12, 5, tzinfo=UTC),
        service="checkout",
        metric="http_5xx_ratio",
        symptom="checkout fails for one request in five",
    )


def test_alertmanager_names_the_service_by_label_and_the_metric_by_its_expression() -> None:
    expression = "sum by (job) (rate(http_errors_total{code=~'5..'}[5m])) > 0.1"
    question = asked(
        {
            "version": "4",
            "groupKey": "{}:{alertname='HighErrors'}",
            "status": "firing",
            "notification_reason": "a key of a later version",
            "commonAnnotations": {"summary": "Errors are high"},
            "alerts": [
                an_alert("2026-03-02T12:05:00.123456789Z", alertname="HighErrors", job="checkout")
                | {"generatorURL": f"https://prometheus.example/graph?g0.expr={expression}"}
            ],
        }
    )
    assert question.service == "checkout"
    assert question.metric == "http_errors_total"
    assert question.symptom == "Errors are high"
    assert question.at == datetime(2026, 3, 2, 12, 5, 0, 123456, tzinfo=UTC)


def test_of_a_group_the_alert_that_fires_longest_is_asked_about() -> None:
    question = asked(
        {
            "alerts": [
                an_alert("2026-03-02T11:00:00Z", "resolved", service="old"),
                an_alert("2026-03-02T12:20:00Z", service="storefront"),
                an_alert("2026-03-02T12:05:00Z", service="orders"),
            ]
        }
    )
    assert (question.service, question.at.minute) == ("orders", 5)


def test_grafana_has_the_same_shape_and_a_title() -> None:
    question = asked(
        {
            "receiver": "oncall",
            "orgId": 1,
            "title": "[FIRING:1] Slow checkout",
            "state": "alerting",
            "alerts": [
                an_alert("2026-03-02T12:05:00Z", service_name="checkout") | {"valueString": "[B=3]"}
            ],
        }
    )
    assert (question.service, question.symptom) == ("checkout", "[FIRING:1] Slow checkout")


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"alerts": []}', "holds no alert"),
        (b'{"service": "checkout"}', "fired_at is not ISO 8601: None"),
        (b'{"service": "checkout", "fired_at": "yesterday"}', "fired_at is not ISO 8601"),
    ],
)
def test_what_cannot_be_read_is_refused(payload: bytes, complaint: str) -> None:
    with pytest.raises(InvalidPayload, match=complaint):
        question_from_alert(payload)
