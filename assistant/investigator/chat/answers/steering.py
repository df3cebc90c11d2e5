"""A person's own hypothesis: what speaks for and against a service, or a kind of component, being
the cause. It moves no ranking: only evidence does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.analysis.account.breakdowns import in_words
from assistant.domain.anomaly import AnomalyWindow
from assistant.domain.claim import Claim
from assistant.domain.report import Origin, Report
from assistant.investigator.chat.answers.book import Asked, change_name, claim, sentence
from assistant.investigator.chat.understanding import services_of

_COMPONENTS = {
    "the database": r"\b(?:data ?bases?|dbs?|sql|postgres\w*|mysql|mongo\w*|queries|query)\b",
    "the cache": r"\b(?:caches?|caching|redis|memcached?|valkey)\b",
    "the queue": r"\b(?:queues?|kafka|rabbit\w*|broker|messag\w+|topics?|consumers?)\b",
    "the network": r"\b(?:network\w*|packets?|connectivity|dns|tls|certificates?)\b",
    "memory": r"\b(?:memory|heap|oom|garbage|gc)\b",
    "CPU": r"\b(?:cpu|processor|throttl\w+)\b",
    "the disk": r"\b(?:disks?|storage|volumes?|filesystem)\b",
    "traffic": r"\b(?:traffic|load|surge|spike in requests)\b",
}
# What names such a component in the names of services, series and log templates.
_EDGE = r"(?:\b|[_.\-])"
# What names such a component in the names of services, series and log templates.
_SIGNS = {
    "the database": rf"{_EDGE}(?:\w*db|sql|postgres\w*|psql|mysql|maria\w*|mongo\w*|oracle"
    rf"|dynamo\w*|cassandra|pool|deadlock|database){_EDGE}",
    "the cache": r"redis|memcache|valkey|cache",
    "the queue": r"kafka|rabbit|queue|broker|sqs|nats|consumer|lag|messaging",
    "the network": r"network|packet|retrans|dns|resolve|tls|certificate|connection re(?:fused|set)",
    "memory": rf"memory|heap|oom|rss|{_EDGE}gc{_EDGE}",
    "CPU": r"cpu|throttl",
    "the disk": r"disk|filesystem|storage|no space|inode",
    "traffic": r"traffic|request\w*[._ ](?:rate|count)|surge",
}
_MOST = 4
_FAINT = 4  # times less unusual


@dataclass(frozen=True, slots=True)
class Target:
    """What a person points at: services, and signs of it in names elsewhere."""

    name: str
    services: tuple[str, ...]
    signs: re.Pattern[str] | None = None

    def shows_in(self, anomaly: AnomalyWindow) -> bool:
        key = anomaly.key
        if key.service in self.services or key.peer in self.services:
            return True
        return self.signs is not None and bool(self.signs.search(f"{key.name} {key.peer}"))


def steered(asked: Asked) -> Iterator[Claim]:
    """For, against, and that the ranking stands."""
    target = target_of(asked)
    if target is None:
        yield Claim(
            "I do not know which service or component is meant. Services of this incident: "
            f"{', '.join(sorted(services_of(asked.report)))[:400]}.",
            (),
        )
        return
    shown = [a for a in asked.report.anomalies if target.shows_in(a)]
    if not shown and target.services:
        shown = [*asked.book.look(target.services)]
    for text, evidence in _for(target, shown, asked):
        yield claim(f"For {target.name}: {text}", evidence)
    yield from _against(target, shown, asked)
    yield _standing(target, asked.report)


def target_of(asked: Asked) -> Target | None:
    """The services that a message names, or else the kind of component."""
    if asked.services:
        return Target(", ".join(asked.services), asked.services)
    text = asked.follow_up.text
    for name, words in _COMPONENTS.items():
        if re.search(words, text, re.IGNORECASE):
            signs = re.compile(_SIGNS[name], re.IGNORECASE)
            known = sorted(s for s in services_of(asked.report) if signs.search(s))
            return Target(name, tuple(known), signs)
    return None


def _for(
    target: Target, shown: Sequence[AnomalyWindow], asked: Asked
) -> Iterator[tuple[str, Sequence[str]]]:
    report, book = asked.report, asked.book
    if report.first_failing_service in target.services:
        yield "it failed first.", _first_evidence(report)
    for anomaly in sorted(shown, key=lambda a: -a.score)[:_MOST]:
        found = book.anomaly(anomaly)
        yield found.text, found.evidence
    for breakdown in report.breakdowns:
        if breakdown.service in target.services:
            yield in_words(breakdown), breakdown.evidence
            break
    for hop in report.causal_path:
        if hop.source in target.services and hop.verified:
            yield f"the hop to {hop.target} is verified.", hop.evidence
    yield from _ranked(target, report)


def _ranked(target: Target, report: Report) -> Iterator[tuple[str, Sequence[str]]]:
    """What the analysis gave some belief: causes, changes, places."""
    for hypothesis in report.hypotheses:
        if hypothesis.kind != "change" and _about(
            target, f"{hypothesis.kind} {hypothesis.title}", hypothesis.service
        ):
            text = f"hypothesis “{hypothesis.title}” with {hypothesis.confidence:.2f}."
            yield text, hypothesis.supporting or hypothesis.contradicting
    for suspect in report.suspects[:5]:
        if suspect.service in target.services:
            text = f"{change_name(suspect)} changed it, score {suspect.score:.2f}."
            yield text, suspect.evidence
    for origin in report.origins:
        if origin.service in target.services:
            best = max(origin.parts, key=lambda p: p.value * p.weight, default=None)
            reason = f": {sentence(best.reason)}" if best and best.value * best.weight > 0 else "."
            yield f"{origin.score:.2f} of the belief that it began there{reason}", origin.evidence
        elif target.signs is not None:
            yield from _found_at(origin, target.signs)


def _found_at(origin: Origin, signs: re.Pattern[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """What was found at an origin that speaks of such a component."""
    for finding in origin.findings:
        if signs.search(finding.text):
            yield f"at {origin.service}: {sentence(finding.text)}", finding.evidence
            return


def _against(target: Target, shown: Sequence[AnomalyWindow], asked: Asked) -> Iterator[Claim]:
    report, book = asked.report, asked.book
    if not shown:
        text = f"Against {target.name}: no series of it, or that speaks of it, left its baseline."
        yield book.absent(text, f"anomalies {target.name}")
    if target.services and not services_of(report).intersection(target.services):
        text = f"Against {target.name}: it has no part in the calls of this incident."
        yield book.absent(text, f"topology {target.name}")
    yield from _weaker(target, shown, asked)
    since = report.impact.since
    own = [a for a in shown if a.service in target.services]
    first = min(own, key=lambda a: a.onset_earliest, default=None)
    if first is not None and since is not None and first.onset_earliest > since:
        yield claim(
            f"Against {target.name}: its first sign came at {book.clock(first.onset)}, after "
            f"{report.first_failing_service} began to fail at {book.clock(since)}.",
            [book.evidence_of(first)],
            _first_evidence(report)[:1],
        )
    for hop in report.causal_path:
        if hop.source in target.services and not hop.verified:
            text = f"Against {target.name}: the hop to {hop.target} is not fully verified."
            yield Claim(text, hop.evidence)
    for hypothesis in report.hypotheses:
        about = _about(target, f"{hypothesis.kind} {hypothesis.title}", hypothesis.service)
        if hypothesis.kind != "change" and about and hypothesis.contradicting:
            text = f"Against {target.name}: what contradicts “{hypothesis.title}”."
            yield Claim(text, hypothesis.contradicting)
    for one in report.ruled_out:
        if _about(target, one.title, ""):
            yield Claim(sentence(f"Against {target.name}: {one.title}: {one.reason}"), one.evidence)


def _weaker(target: Target, shown: Sequence[AnomalyWindow], asked: Asked) -> Iterator[Claim]:
    """That its strongest sign is faint beside that of the service that failed first."""
    first = asked.report.first_failing_service
    strongest = max(
        (a for a in asked.report.anomalies if a.service == first),
        key=lambda a: a.score,
        default=None,
    )
    sign = max(shown, key=lambda a: a.score, default=None)
    if strongest is None or sign is None or first in target.services:
        return
    if _FAINT * sign.score < strongest.score:
        yield claim(
            f"Against {target.name}: its strongest sign is {sign.score:.0f}σ, that of {first} "
            f"{strongest.score:.0f}σ.",
            [asked.book.evidence_of(sign), asked.book.evidence_of(strongest)],
        )


def _about(target: Target, title: str, service: str) -> bool:
    if service in target.services or any(name in title for name in target.services):
        return True
    word = target.name.removeprefix("the ").lower()
    return word in title.lower() or (target.signs is not None and bool(target.signs.search(title)))


def _standing(target: Target, report: Report) -> Claim:
    origin = next((o for o in report.origins if o.service in target.services), None)
    place = (
        f" {target.name} is number {report.origins.index(origin) + 1} of {len(report.origins)} "
        "places where it may have begun."
        if origin is not None
        else ""
    )
    return Claim(
        f"The ranking stands: a suspicion does not move it, evidence does. {report.headline.text}"
        f"{place}",
        report.headline.evidence,
    )


def _first_evidence(report: Report) -> tuple[str, ...]:
    """What shows that the first failing service failed first."""
    if report.summary:
        return report.summary[0].evidence
    return report.headline.evidence
