"""Methods that name a commit by one simple rule, as people do at three in the morning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from benchmarks.peers.deviations import n_sigma, robust_z
from benchmarks.peers.panel import Panel
from benchmarks.rootcausebench.cases import Incident, Row, moment
from benchmarks.rootcausebench.scoring import NONE

# Methods over metrics need to be told where normal time ends: a monitor fires some minutes late.
_BEFORE_ALERT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Guess:
    """A possible answer and its chance; a rule without chance has one guess."""

    commit: str
    service: str
    chance: float = 1.0


Rule = Callable[[Incident], Sequence[Guess]]


def last_deployment(incident: Incident) -> Sequence[Guess]:
    return _guess(_latest(_deployed(incident)), incident)


def last_deployment_of_alerting(incident: Incident) -> Sequence[Guess]:
    return [of_service(incident, incident.alert["service"])]


def longest_diff(incident: Incident) -> Sequence[Guess]:
    """Of all commits of the period, deployed or not."""
    longest = max(
        incident.commits, key=lambda c: len((c.get("diff") or "").splitlines()), default=None
    )
    return [Guess(longest["sha"] if longest else NONE, incident.alert["service"])]


def random_deployed_with_diff(incident: Incident) -> Sequence[Guess]:
    """Each deployed commit that shows a diff, with the same chance: the exact expectation."""
    shown = {c["sha"] for c in incident.commits if c.get("diff")}
    rows = {r["commit_sha"]: r for r in _deployed(incident) if r["commit_sha"] in shown}
    if not rows:
        return _guess(None, incident)
    return [Guess(sha, row["service"], 1 / len(rows)) for sha, row in rows.items()]


def random_commit(incident: Incident) -> Sequence[Guess]:
    """Each commit of the period or none, with the same chance."""
    answers = [c["sha"] for c in incident.commits] + [NONE]
    service = incident.alert["service"]
    return [Guess(answer, service, 1 / len(answers)) for answer in answers]


def always_none(incident: Incident) -> Sequence[Guess]:
    """The constant prior: of hashes that never come twice, no other answer can be constant."""
    return [Guess(NONE, incident.alert["service"])]


def by_n_sigma(incident: Incident) -> Sequence[Guess]:
    return [of_service(incident, n_sigma(metrics_of(incident))[0][0])]


def by_robust_z(incident: Incident) -> Sequence[Guess]:
    return [of_service(incident, robust_z(metrics_of(incident))[0][0])]


RULES: dict[str, Rule] = {
    "last deployment": last_deployment,
    "last deployment of the alerting service": last_deployment_of_alerting,
    "longest diff": longest_diff,
    "random deployed commit with a diff": random_deployed_with_diff,
    "random commit or none": random_commit,
    "constant prior (always none)": always_none,
    "robust z, then its last deployment": by_robust_z,
    "N-sigma, then its last deployment": by_n_sigma,
}


def metrics_of(incident: Incident) -> Panel:
    """Every metric of every service, split some minutes before the alert."""
    points = (
        (moment(r["timestamp"]).timestamp(), (r["service"], r["metric"]), _number(r["value"]))
        for r in incident.metrics
    )
    split = moment(incident.alert["fired_at"]) - _BEFORE_ALERT
    return Panel.of(points, split.timestamp())


def of_service(incident: Incident, service: str) -> Guess:
    """The last commit that was deployed with a service, none where there is no such."""
    row = _latest([r for r in _deployed(incident) if r["service"] == service])
    return Guess(row["commit_sha"] if row else NONE, service)


def _deployed(incident: Incident) -> list[Row]:
    fired = moment(incident.alert["fired_at"])
    return [r for r in incident.deploys if moment(r["timestamp"]) <= fired]


def _latest(rows: Sequence[Row]) -> Row | None:
    return max(rows, key=lambda r: moment(r["timestamp"]), default=None)


def _guess(row: Row | None, incident: Incident) -> Sequence[Guess]:
    if row is None:
        return [Guess(NONE, incident.alert["service"])]
    return [Guess(row["commit_sha"], row["service"])]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
