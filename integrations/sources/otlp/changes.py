"""Changes as OpenTelemetry events and as JSON.

**As an event**: a log record whose event name is one of those below. Attribute names are those of
the semantic conventions where they exist (deployment, vcs, cicd, service, feature_flag, user);
the `configuration.*` names and `feature_flag.previous.value` are ours, for want of one.

- `deployment.start`, `deployment.end`, `deployment.canary`, `deployment.revert`: `service.name`
  (needed), `service.version`, `vcs.ref.head.revision`, `vcs.ref.base.revision`,
  `vcs.repository.name` or `vcs.repository.url.full`, `deployment.environment.name`,
  `deployment.id` or `cicd.pipeline.run.id`, `cicd.pipeline.run.url.full`, `user.name`; an end
  also `deployment.status` or `cicd.pipeline.result`.
- `feature_flag.change`: `feature_flag.key` (needed), `feature_flag.result.value` or
  `feature_flag.result.variant`, `feature_flag.previous.value`, `service.name`, `user.name`.
- `configuration.change`: `configuration.key` (needed), `configuration.value`,
  `configuration.previous.value`, `service.name`, `user.name`.

What the event does not say of the service is taken from its resource. Start and end with the same
id are one deployment. A revert is a deployment of its own: `head` is what runs again, `base` what
was taken back. `feature_flag.evaluation` events are not changes.

**As JSON** (`POST /api/v1/changes`): one object, a list of them, or `{"changes": [...]}`. `kind`
is `deployment`, `flag` or `config`; the other keys are the fields of `Deployment`, `FlagChange`
and `ConfigChange`, times in ISO 8601 with a zone:

    {"kind": "deployment", "service": "checkout", "at": "2026-03-02T11:55:00Z",
     "revision": "8f14e45fceea", "version": "1.9.0"}
    {"kind": "flag", "flag": "new-cart", "at": "2026-03-02T11:55:00Z",
     "before": "off", "after": "on"}
    {"kind": "config", "key": "db.pool_size", "service": "orders",
     "at": "2026-03-02T11:55:00Z", "before": "20", "after": "5"}

Without an id, a change gets one from its content, so that a second delivery is the same change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import orjson

from assistant.domain.changes import (
    ConfigChange,
    Deployment,
    DeploymentPhase,
    FlagChange,
    RecordedChange,
)
from assistant.domain.errors import InvalidPayload
from assistant.domain.signals import Scalar

_DEPLOYMENT_PHASES = {
    "deployment.start": DeploymentPhase.STARTED,
    "deployment.end": DeploymentPhase.SUCCEEDED,
    "deployment.canary": DeploymentPhase.CANARY,
    "deployment.revert": DeploymentPhase.REVERTED,
}
_FLAG = "feature_flag.change"
_CONFIGURATION = "configuration.change"
EVENT_NAMES = frozenset({*_DEPLOYMENT_PHASES, _FLAG, _CONFIGURATION})

_FAILED = ("failed", "failure", "error", "timeout", "cancellation")
_KINDS: dict[str, type[RecordedChange]] = {
    "deployment": Deployment,
    "flag": FlagChange,
    "config": ConfigChange,
}
_NEEDED = {"deployment": "service", "flag": "flag", "config": "key"}
_TIMES = ("at", "started_at", "finished_at")
_MAX_CHANGES = 10_000
_MAX_TEXT = 10_000


def change_of_event(
    name: str, attributes: Mapping[str, Scalar], resource: Mapping[str, Scalar], at: datetime
) -> RecordedChange | None:
    """The change that an event tells of; None when the attributes that say what changed are
    missing. `resource` is of the sender, `at` the time of the event."""
    if name in _DEPLOYMENT_PHASES:
        return _deployment(name, attributes, resource, at)
    service = _text(attributes, "service.name")
    actor = _text(attributes, "user.name", "user.id", "enduser.id")
    if name == _FLAG:
        flag = _text(attributes, "feature_flag.key")
        before = _text(attributes, "feature_flag.previous.value")
        after = _text(attributes, "feature_flag.result.value", "feature_flag.result.variant")
        id_ = _content_id("flag", flag, service, at, before, after)
        return FlagChange(id_, flag, at, service, before, after, actor) if flag else None
    key = _text(attributes, "configuration.key")
    before = _text(attributes, "configuration.previous.value")
    after = _text(attributes, "configuration.value")
    id_ = _content_id("config", key, service, at, before, after)
    return ConfigChange(id_, key, at, service, before, after, actor) if key else None


def _deployment(
    name: str, attributes: Mapping[str, Scalar], resource: Mapping[str, Scalar], at: datetime
) -> Deployment | None:
    everything = {**resource, **attributes}
    service = _text(everything, "service.name")
    if not service:
        return None
    phase = _DEPLOYMENT_PHASES[name]
    outcome = _text(attributes, "deployment.status", "cicd.pipeline.result")
    if phase is DeploymentPhase.SUCCEEDED and outcome in _FAILED:
        phase = DeploymentPhase.FAILED
    version = _text(everything, "service.version")
    revision = _text(everything, "vcs.ref.head.revision")
    given = _text(attributes, "deployment.id")
    run = _text(attributes, "cicd.pipeline.run.id")
    id_ = given or (f"{run}:{service}" if run else "")
    if id_ and phase is DeploymentPhase.REVERTED:
        id_ += ":revert"  # it must not take the place of the deployment that it undoes
    started = phase in (DeploymentPhase.STARTED, DeploymentPhase.CANARY)
    return Deployment(
        id=id_ or _content_id("deployment", service, at, version, revision, phase),
        service=service,
        at=at,
        version=version,
        revision=revision,
        previous_revision=_text(attributes, "vcs.ref.base.revision"),
        environment=_text(everything, "deployment.environment.name", "deployment.environment"),
        repository=_repository(everything),
        phase=phase,
        started_at=at if started else None,
        finished_at=None if started else at,
        actor=_text(attributes, "user.name", "user.id", "enduser.id"),
        url=_text(attributes, "cicd.pipeline.run.url.full"),
    )


def _repository(attributes: Mapping[str, Scalar]) -> str:
    name = _text(attributes, "vcs.repository.name")
    url = _text(attributes, "vcs.repository.url.full").rstrip("/")
    return name or url.rpartition("/")[2].removesuffix(".git")


def _text(attributes: Mapping[str, Scalar], *keys: str) -> str:
    """The first of the attributes that is there, as people write it (true, not True)."""
    value = next((attributes[key] for key in keys if attributes.get(key) is not None), "")
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _content_id(*content: object) -> str:
    parts = [c.isoformat() if isinstance(c, datetime) else str(c) for c in content]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]


def parse_changes(payload: object) -> list[RecordedChange]:
    """Changes from JSON, given as bytes, text or what was read from it; see the module's
    docstring. Raises InvalidPayload, which names the change and the field that is wrong."""
    if isinstance(payload, bytes | bytearray | str):
        try:
            payload = orjson.loads(payload)
        except orjson.JSONDecodeError as error:
            raise InvalidPayload(f"The body is not JSON: {error}") from error
    if isinstance(payload, Mapping) and "changes" in payload:
        payload = payload["changes"]
    if isinstance(payload, Mapping):
        return [_change(payload, "change")]
    if isinstance(payload, str) or not isinstance(payload, Sequence):
        raise InvalidPayload('Changes are an object, a list of objects, or {"changes": [...]}.')
    if len(payload) > _MAX_CHANGES:
        raise InvalidPayload(f"More than {_MAX_CHANGES} changes in one request.")
    return [_change(item, f"changes[{i}]") for i, item in enumerate(payload)]


def _change(item: object, where: str) -> RecordedChange:
    if not isinstance(item, Mapping):
        raise InvalidPayload(f"{where} must be an object.")
    kind = item.get("kind")
    cls = _KINDS.get(kind) if isinstance(kind, str) else None
    if cls is None:
        raise InvalidPayload(f"{where}.kind must be one of {', '.join(_KINDS)}.")
    known = {field.name for field in fields(cls)}
    if unknown := sorted(str(key) for key in item if key not in known and key != "kind"):
        raise InvalidPayload(
            f"{where}.{unknown[0]} is not a field of a {kind}.",
            hint=f"It has: {', '.join(sorted(known))}.",
        )
    values = {
        key: _field(key, value, f"{where}.{key}")
        for key, value in item.items()
        if key != "kind" and value is not None
    }
    return _completed(str(kind), cls, values, where)


def _completed(
    kind: str, cls: type[RecordedChange], values: dict[str, Any], where: str
) -> RecordedChange:
    subject = _NEEDED[kind]
    if not values.get(subject):
        raise InvalidPayload(f"{where}.{subject} is missing.")
    at = values.get("at") or values.get("finished_at") or values.get("started_at")
    if at is None:
        raise InvalidPayload(f"{where}.at is missing.", hint="Give an ISO 8601 time with a zone.")
    values["at"] = at
    if not values.get("id"):
        # A deployment's end that tells its start has the id that the start had.
        moment = values.get("started_at") or at
        content = sorted(
            (key, str(values[key]))
            for key in ("service", "flag", "key", "version", "revision", "environment", "after")
            if values.get(key)
        )
        values["id"] = _content_id(kind, moment, content)
    return cls(**values)


def _field(key: str, value: object, where: str) -> object:
    if key in _TIMES:
        return _time(value, where)
    if key == "phase":
        return _phase(value, where)
    if key == "inferred":
        if not isinstance(value, bool):
            raise InvalidPayload(f"{where} must be true or false.")
        return value
    if key in ("before", "after") and isinstance(value, bool | int | float):
        return orjson.dumps(value).decode()
    if not isinstance(value, str):
        raise InvalidPayload(f"{where} must be text.")
    if len(value) > _MAX_TEXT:
        raise InvalidPayload(f"{where} is longer than {_MAX_TEXT} characters.")
    return value


def _phase(value: object, where: str) -> DeploymentPhase:
    try:
        return DeploymentPhase(str(value))
    except ValueError as error:
        names = ", ".join(phase.value for phase in DeploymentPhase)
        raise InvalidPayload(f"{where} must be one of {names}.") from error


def _time(value: object, where: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidPayload(f"{where} must be a time with a zone, such as 2026-03-02T11:55:00Z.")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise InvalidPayload(f"{where} is out of range.") from error
