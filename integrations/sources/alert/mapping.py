"""Alert payloads → Question, purely: Alertmanager's webhook (version 4), Grafana's, which has the
same shape with more fields, and a generic JSON object."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from assistant.domain.errors import InvalidPayload
from assistant.domain.report import Question

_SERVICE_LABELS = (
    *("service", "service_name", "service.name", "app", "app_kubernetes_io_name", "deployment"),
    *("statefulset", "container", "job"),
)
_SUMMARY = ("summary", "description", "message", "symptom", "title", "monitor", "name")
_FIRED = ("fired_at", "at", "starts_at", "startsAt", "timestamp", "time")
_GENERIC = "A generic alert has service, metric, summary and fired_at (ISO 8601)."
# The first word of a PromQL expression that is neither a function call nor a keyword.
_METRIC_NAME = re.compile(r"\b(?!(?:by|without|on|and|or|unless)\b)([a-zA-Z_:][\w:]*)\b(?!\s*\()")


def question_from_alert(payload: bytes) -> Question:
    """The question behind an alert. Of a group, the alert that fires longest is asked about.

    Raises InvalidPayload when it is not JSON, or names no moment.
    """
    try:
        document = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise InvalidPayload(f"The alert is not JSON: {error}.", hint=_GENERIC) from error
    if not isinstance(document, dict):
        raise InvalidPayload("The alert is not a JSON object.", hint=_GENERIC)
    alerts = document.get("alerts")
    if isinstance(alerts, list):
        return _from_group(document, [alert for alert in alerts if isinstance(alert, dict)])
    return _from_generic(document)


def _from_group(group: Mapping[str, Any], alerts: Sequence[Mapping[str, Any]]) -> Question:
    firing = [alert for alert in alerts if alert.get("status") == "firing"] or list(alerts)
    if not firing:
        raise InvalidPayload("The notification holds no alert.")
    alert = min(firing, key=lambda one: _moment(one.get("startsAt"), "startsAt"))
    labels = {**_texts(group.get("commonLabels")), **_texts(alert.get("labels"))}
    notes = {**_texts(group.get("commonAnnotations")), **_texts(alert.get("annotations"))}
    summary = _first(notes, _SUMMARY) or _first(labels, ("alertname",)) or _first(group, _SUMMARY)
    return Question(
        at=_moment(alert.get("startsAt"), "startsAt"),
        service=_first(labels, _SERVICE_LABELS),
        symptom=summary,
        metric=labels.get("__name__") or _metric_of(str(alert.get("generatorURL", ""))),
    )


def _from_generic(document: Mapping[str, Any]) -> Question:
    fired = next((document[key] for key in _FIRED if key in document), None)
    return Question(
        at=_moment(fired, "fired_at"),
        service=_first(document, _SERVICE_LABELS),
        symptom=_first(document, _SUMMARY),
        metric=_first(document, ("metric",)),
    )


def _moment(value: Any, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        message = f"The alert's {name} is not ISO 8601: {value!r}."
        raise InvalidPayload(message, hint=_GENERIC) from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _metric_of(generator_url: str) -> str:
    """Prometheus links to its expression browser: `…/graph?g0.expr=rate(errors_total[5m]) > 1`."""
    expression = parse_qs(urlsplit(generator_url).query).get("g0.expr", [""])[0]
    without_labels = re.sub(r"\{[^}]*\}|\[[^\]]*\]|(?:by|without)\s*\([^)]*\)", " ", expression)
    found = _METRIC_NAME.search(without_labels)
    return found.group(1) if found else ""


def _first(values: Mapping[str, Any], names: Sequence[str]) -> str:
    found = (values[name] for name in names if isinstance(values.get(name), str) and values[name])
    return next(found, "")


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {key: text for key, text in value.items() if isinstance(text, str)}
