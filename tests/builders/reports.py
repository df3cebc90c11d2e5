"""Whole reports for tests of renderings, schema and stores.

The story of `a_report`: a commit to the shared library `shopkit` forgets to give a database
connection back when a charge is declined. `payments` takes it in at 11:38; its pool is full at
11:48, `checkout` waits from 11:52 on and the `gateway` answers 504 from 11:53 on. `inventory`
went out and a flag was flipped just before: both are innocent.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from assistant.domain.anomaly import AnomalyWindow, Direction
from assistant.domain.changes import Hunk, Line
from assistant.domain.claim import Assertion, AssertionKind, Standing
from assistant.domain.evidence import Evidence, EvidenceKind
from assistant.domain.report import (
    Breakdown,
    CallEdge,
    Claim,
    Hop,
    Hypothesis,
    Impact,
    Narration,
    Question,
    Remediation,
    Report,
    RuledOut,
    ScorePart,
    SimilarIncident,
    Suspect,
    TimelineMark,
    Verdict,
)
from assistant.domain.signals import SeriesKey, Signal
from assistant.domain.usage import PromptRef, Usage
from tests.builders import a_window, at, at_ns

GUILTY = "4f1c9a7e2b6d8350c1e94b7fa02d6c83915e7ab4"
DECOY = "b7702d91ec5a4f08a3d16e9c2f4b8750d1a6c39e"


def a_report(**changes: Any) -> Report:
    """A guilty commit in a shared library, with every field filled."""
    values: dict[str, Any] = {
        "id": "r-20260302-1200",
        "question": Question(
            at=at(), service="gateway", symptom="GatewayErrorRateHigh: 5xx above 5 % for 5 min"
        ),
        "verdict": Verdict.CHANGE_GUILTY,
        "headline": Claim(
            "Commit 4f1c9a7e2b6d in the shared library shopkit leaks a database connection on "
            "every declined charge; payments ran out of them.",
            ("E1", "E2"),
        ),
        "summary": _summary(),
        "confidence": 0.87,
        "confidence_reasons": (
            "Two independent signals agree: the pool gauge and the log template.",
            "The leak is in code that the failing spans run through.",
            "The next suspect scores less than half as much.",
        ),
        "window": a_window(),
        "as_of": at(10),
        "first_failing_service": "payments",
        "owner": "team-payments (#payments-oncall)",
        "impact": Impact(
            since=at(-12),
            ongoing=True,
            services=("checkout", "gateway"),
            endpoints=("POST /api/checkout", "POST /pay"),
            requests=18_412,
            failed_requests=2_977,
            evidence=("E4",),
        ),
        "anomalies": _anomalies(),
        "causal_path": _causal_path(),
        "hypotheses": _hypotheses(),
        "suspects": (_guilty_commit(), *_innocent_suspects()),
        "ruled_out": (
            RuledOut(
                "Deployment of inventory v2.14.0",
                "Nothing on the failing traces passes through inventory.",
                ("E5", "E7"),
            ),
            RuledOut(
                "Flag new-cart switched on",
                "Requests without the flag fail just as often (16 % and 16 %).",
                ("E8",),
            ),
            RuledOut("Traffic surge", "Traffic stayed within 4 % of its baseline.", ("E4",)),
        ),
        "remediation": (
            Remediation(
                "rollback",
                "Roll payments back to the revision before the deployment of 11:38.",
                "kubectl rollout undo deployment/payments",
                ("E2", "E6"),
            ),
            Remediation(
                "revert",
                "Revert the commit in shopkit before anyone else upgrades.",
                f"git revert {GUILTY}",
                ("E2",),
            ),
        ),
        "gaps": (
            "orders-db sends no telemetry of its own; it is known from client spans only.",
            "No logs of gateway between 11:20 and 11:25.",
        ),
        "next_checks": (
            "After the rollback, db.pool.in_use of payments should fall below 12 within 2 minutes.",
        ),
        "evidence": _evidence(),
        "breakdowns": (
            Breakdown(
                service="payments",
                measure="failed",
                subset=(("cloud.region", "eu-west-1"), ("service.version", "3.8.0")),
                events=2_851,
                requests=6_102,
                total_events=2_977,
                total_requests=18_412,
                usual_events=22,
                usual_requests=20_480,
                usual_total_events=74,
                explained=0.96,
                surprise=0.21,
                also=(("host.name", "node-7"),),
                sampled=0.5,
                evidence=("E4",),
            ),
        ),
        "graph": (
            CallEdge("gateway", "checkout", 18_412, 2_977),
            CallEdge("checkout", "payments", 9_230, 2_951),
            CallEdge("checkout", "inventory", 9_411, 3),
            CallEdge("payments", "orders-db", 6_102, 41, inferred=True),
        ),
        "timeline": (
            TimelineMark(at(-41), "commit", "4f1c9a7e2b6d", "shopkit", suspect=True),
            TimelineMark(at(-22), "deployment", "payments v3.8.0", "payments", suspect=True),
            TimelineMark(at(-16), "deployment", "inventory v2.14.0", "inventory"),
            TimelineMark(at(-14), "flag", "new-cart: off → on", "checkout"),
            TimelineMark(at(-50), "config", "gateway.timeout_s: 10 → 8", "gateway"),
        ),
        "seconds": {"read": 0.41, "detect": 0.92, "correlate": 0.33, "explain": 0.02},
    }
    return Report(**(values | changes))


def a_narrated_report(**changes: Any) -> Report:
    """A model explained it: one of its sentences failed the gate, it overruled the engine, it ran
    out of its budget, and something alike happened before. Every field is filled."""
    engine = a_report()
    headline, *summary = (replace(c, standing=Standing.VERIFIED) for c in _told(engine))
    guess = Claim(
        "The leak also slowed inventory by 3 s.",
        ("E7",),
        (Assertion(AssertionKind.MAGNITUDE, "E7", "3 s"),),
        Standing.UNVERIFIED,
        ("E7 does not say 3 s.", "No verified hop leads from payments to inventory."),
    )
    values: dict[str, Any] = {
        "headline": headline,
        "summary": (*summary, guess),
        "similar": (
            SimilarIncident(
                report_id="r-20260114-0930",
                at=at(-60 * 24 * 47),
                likeness=0.83,
                verdict=Verdict.CHANGE_GUILTY,
                headline="A retry loop in payments held connections of orders-db.",
                remedy="payments v3.2.1 was rolled back.",
                outcome="Confirmed by Mara: the pool was full.",
            ),
            SimilarIncident(
                report_id="r-20251102-2210",
                at=at(-60 * 24 * 120),
                likeness=0.71,
                verdict=Verdict.NO_CHANGE_GUILTY,
                headline="orders-db failed over and payments waited.",
            ),
        ),
        "narration": Narration(
            model="example-large",
            prompt=PromptRef("investigate", "3", "9f2c41d0b7aa"),
            usage=Usage(5, 1, 8_240, 1_312, 2_048, 640, 0.0312, 1, 14.6),
            tools=("series", "log_samples", "series"),
            ended="the budget of 10,000 tokens would not have held another call.",
            overrules=Claim(
                "The failing spans run through charge(), which inventory never calls.",
                ("E2", "E5"),
                standing=Standing.VERIFIED,
            ),
            engine_verdict=Verdict.CHANGE_GUILTY,
            engine_suspect=DECOY,
        ),
        "author": "Explained by example-large over the analysis; its sentences were checked.",
    }
    return replace(engine, **(values | changes))


def _told(report: Report) -> tuple[Claim, ...]:
    return (report.headline, *report.summary)


def an_operational_report() -> Report:
    """No change is guilty: an upstream provider fails."""
    return a_report(
        id="r-20260302-1300",
        verdict=Verdict.NO_CHANGE_GUILTY,
        headline=Claim(
            "No change is guilty: the card provider that payments calls stopped answering.",
            ("E1",),
        ),
        summary=(
            Claim("Calls from payments to card-provider time out since 11:48.", ("E1",)),
            Claim("Every version of payments fails alike, also the one of last week.", ("E6",)),
        ),
        confidence=0.74,
        causal_path=(
            Hop("card-provider", "payments", "called by", True, True, None, ("E1",)),
            Hop("payments", "checkout", "called by", True, True, True, ("E3",)),
        ),
        hypotheses=(
            Hypothesis("upstream_outage", "card-provider is down", "payments", 0.74, "", ("E1",)),
        ),
        suspects=_innocent_suspects(),
        graph=(
            CallEdge("gateway", "checkout", 18_412, 2_977),
            CallEdge("checkout", "payments", 9_230, 2_951),
            CallEdge("payments", "card-provider", 6_102, 2_940, inferred=True),
        ),
        timeline=(TimelineMark(at(-16), "deployment", "inventory v2.14.0", "inventory"),),
        remediation=(
            Remediation("failover", "Switch payments to the second card provider.", "", ("E1",)),
        ),
    )


def a_healthy_report() -> Report:
    """A false alarm: nothing left its baseline."""
    quiet = Impact(None, False, (), (), 18_412, 9, ("E1",))
    absence = Evidence(
        "E1",
        EvidenceKind.ABSENCE,
        "No anomaly in 214 series",
        "214 series of 6 services compared with their baselines; none left it.",
        "all series, 11:00 to 12:10",
        a_window(),
    )
    return a_report(
        id="r-20260302-1400",
        verdict=Verdict.HEALTHY,
        headline=Claim("Nothing left its baseline: this looks like a false alarm.", ("E1",)),
        summary=(Claim("214 series of 6 services are as usual.", ("E1",)),),
        confidence=0.9,
        confidence_reasons=("Every service sent all its signals.",),
        first_failing_service="",
        owner="",
        impact=quiet,
        evidence=(absence,),
        **dict.fromkeys(
            (
                "anomalies",
                "breakdowns",
                "causal_path",
                "hypotheses",
                "suspects",
                "ruled_out",
                "remediation",
            ),
            (),
        ),
        graph=(),
        gaps=(),
        next_checks=(),
        timeline=(TimelineMark(at(-16), "deployment", "inventory v2.14.0", "inventory"),),
    )


def a_thin_report() -> Report:
    """Not enough evidence: the telemetry of the failing service is missing."""
    return replace(
        a_healthy_report(),
        id="r-20260302-1500",
        verdict=Verdict.NOT_ENOUGH_EVIDENCE,
        headline=Claim("There is not enough evidence to name a cause.", ("E1",)),
        summary=(Claim("payments sent no telemetry since 11:20.", ("E1",)),),
        confidence=0.1,
        confidence_reasons=("One of three signals is missing.",),
        gaps=("No spans, metrics or logs of payments since 11:20.",),
        next_checks=("See whether the collector on node-7 still runs.",),
    )


def an_anomaly(
    number: int = 1, service: str = "payments", start: float = -12, **changes: Any
) -> AnomalyWindow:
    """An anomaly window of the pool gauge that goes on, `start` minutes after noon."""
    values: dict[str, Any] = {
        "id": f"A{number}",
        "key": SeriesKey(service, Signal.SATURATION, "db.pool.in_use", "{connections}", "mean"),
        "direction": Direction.ROSE,
        "onset": at(start),
        "onset_earliest": at(start - 1),
        "onset_latest": at(start + 1),
        "end": None,
        "baseline": 6.0,
        "peak": 20.0,
        "score": 31.0,
        "detector": "step",
    }
    return AnomalyWindow(**(values | changes))


def _summary() -> tuple[Claim, ...]:
    return (
        Claim(
            "payments took the commit in with v3.8.0 at 11:38, and its pool of 20 connections was "
            "full at 11:48.",
            ("E6", "E1"),
        ),
        Claim(
            "From 11:52 on checkout waited for payments, and from 11:53 on the gateway answered "
            "504 to 16 % of its requests.",
            ("E3", "E4"),
        ),
        Claim("The deployment of inventory and the flag new-cart are innocent.", ("E7", "E8")),
    )


def _anomalies() -> tuple[AnomalyWindow, ...]:
    timeouts = SeriesKey(
        "payments", Signal.LOG_RATE, "QueuePool limit of size <*> reached", "{records}/s", "rate"
    )
    latency = SeriesKey("checkout", Signal.LATENCY, "POST /pay", "s", "p95", "POST /pay")
    errors = SeriesKey("gateway", Signal.ERRORS, "POST /api/checkout", "1", "ratio")
    slow: dict[str, Any] = {"baseline": 0.18, "peak": 5.02, "score": 44.0, "detector": "step"}
    return (
        an_anomaly(1),
        an_anomaly(2, start=-11, key=timeouts, direction=Direction.APPEARED, baseline=0, peak=3.4),
        an_anomaly(3, "checkout", -8, key=latency, **slow),
        an_anomaly(4, "gateway", -7, key=errors, baseline=0.001, peak=0.16, score=100.0, end=at(6)),
    )


def _causal_path() -> tuple[Hop, ...]:
    return (
        Hop("commit 4f1c9a7e2b6d", "payments", "introduced", True, True, True, ("E2", "E6")),
        Hop("payments", "checkout", "called by", True, True, True, ("E3", "E5")),
        Hop("checkout", "gateway", "called by", True, True, None, ("E4",)),
    )


def _hypotheses() -> tuple[Hypothesis, ...]:
    return (
        Hypothesis(
            "change",
            "Connections leak on declined charges",
            "payments",
            0.87,
            GUILTY,
            ("E1", "E2", "E5"),
        ),
        Hypothesis("resource", "orders-db is slow", "orders-db", 0.08, "", (), ("E5",)),
    )


def a_guilty_hunk() -> Hunk:
    """The connection is no longer given back when the charge is declined."""
    lines = (
        (" ", 41, "def charge(card: Card, cents: int) -> Receipt:"),
        (" ", 42, "    connection = pool.acquire()"),
        ("-", 43, "    try:"),
        ("-", 44, "        return _charge(connection, card, cents)"),
        ("-", 45, "    finally:"),
        ("-", 46, "        pool.release(connection)"),
        ("+", 43, "    receipt = _charge(connection, card, cents)  # raises Declined"),
        ("+", 44, "    pool.release(connection)"),
        ("+", 45, "    return receipt"),
    )
    return Hunk(
        GUILTY,
        "libs/shopkit/charging.py",
        tuple(Line(*line) for line in lines),
        symbol="def charge",
    )


def _guilty_commit() -> Suspect:
    parts = (
        ScorePart("timing", 0.82, 0.3, "Took effect 10 minutes before the first onset.", ("E6",)),
        ScorePart("reach", 1.0, 0.25, "Ships in the first failing service.", ("E6",)),
        ScorePart("words", 0.91, 0.3, "Hunk and log template both speak of the pool.", ("E2",)),
        ScorePart("stack", 1.0, 0.15, "The failing spans run through `charge`.", ("E5",)),
        ScorePart("test only", 0.0, -0.2, "Touches code that runs in production."),
    )
    return Suspect(
        id=GUILTY,
        kind="commit",
        title="Simplify charge(): no more try/finally",
        service="payments",
        at=at(-22),
        score=0.91,
        parts=parts,
        author="Mara Lindqvist",
        deployment="payments v3.8.0",
        repository="shop",
        guilty_hunks=(a_guilty_hunk(),),
        evidence=("E2", "E6"),
    )


def _innocent_suspects() -> tuple[Suspect, ...]:
    decoy = (
        ScorePart("timing", 0.95, 0.3, "Went out 4 minutes before the first onset.", ("E7",)),
        ScorePart("reach", 0.1, 0.25, "Not on the failing traces.", ("E5",)),
    )
    flag = (ScorePart("timing", 0.97, 0.3, "Flipped 2 minutes before the first onset.", ("E8",)),)
    return (
        Suspect(
            id=DECOY,
            kind="commit",
            title="Cache stock levels for 30 s",
            service="inventory",
            at=at(-16),
            score=0.37,
            parts=decoy,
            author="Jonas Weber",
            deployment="inventory v2.14.0",
            repository="shop",
            evidence=("E7",),
        ),
        Suspect("flag-17", "flag", "new-cart: off → on", "checkout", at(-14), 0.29, flag),
    )


def _evidence() -> tuple[Evidence, ...]:
    window = a_window()
    pool = _series("db.pool.in_use", "{connections}", 6.0, 20.0, 48)
    slow = _series("POST /pay p95", "s", 0.18, 5.02, 52)
    errors = _series("POST /api/checkout error ratio", "1", 0.001, 0.16, 53)
    hunk = a_guilty_hunk()
    rows: tuple[tuple[Any, ...], ...] = (
        (
            EvidenceKind.SERIES,
            "payments: connections in use rose from 6 to 20 at 11:48",
            "db.pool.in_use mean 6.0 → 20.0 (limit 20), 31 robust standard deviations",
            "metric db.pool.in_use, service payments, mean per 60 s",
            "payments",
            pool,
        ),
        (
            EvidenceKind.COMMIT,
            "shopkit: Simplify charge(): no more try/finally",
            "\n".join(f"{line.sign}{line.text}" for line in hunk.lines),
            f"git show {GUILTY} -- libs/shopkit/charging.py",
            "payments",
            {
                "hunks": [
                    {"path": hunk.path, "lines": [[x.sign, x.number, x.text] for x in hunk.lines]}
                ]
            },
        ),
        (
            EvidenceKind.SERIES,
            "checkout: POST /pay p95 rose from 0.18 s to 5.0 s at 11:52",
            "p95 0.18 s → 5.02 s, 44 robust standard deviations",
            "spans of checkout, operation POST /pay, p95 per 60 s",
            "checkout",
            slow,
        ),
        (
            EvidenceKind.SERIES,
            "gateway: 16 % of POST /api/checkout fail since 11:53",
            "error ratio 0.1 % → 16 %; 2,977 of 18,412 requests; traffic within 4 %",
            "spans of gateway, operation POST /api/checkout, error ratio per 60 s",
            "gateway",
            errors,
        ),
        (
            EvidenceKind.TRACE,
            "A failing checkout waits 5 s for a connection in payments",
            "gateway → checkout → payments charge: TimeoutError: QueuePool limit of size 20",
            "trace 5b8efff798038103d269b633813fc60c",
            "payments",
            {"spans": _spans()},
        ),
        (
            EvidenceKind.DEPLOYMENT,
            "payments v3.8.0 at 11:38",
            "payments v3.7.2 → v3.8.0, revision 4f1c9a7e2b6d, by deploy-bot",
            "deployments of payments",
            "payments",
            {},
        ),
        (
            EvidenceKind.DEPLOYMENT,
            "inventory v2.14.0 at 11:44",
            "inventory v2.13.9 → v2.14.0, revision b7702d91ec5a, by deploy-bot",
            "deployments of inventory",
            "inventory",
            {},
        ),
        (
            EvidenceKind.FLAG,
            "new-cart switched on at 11:46",
            "new-cart: off → on, by Priya",
            "flag changes",
            "checkout",
            {},
        ),
        (
            EvidenceKind.LOG,
            "payments: a log template appeared at 11:49",
            "QueuePool limit of size 20 reached, connection timed out, timeout 5.00",
            "logs of payments, template QueuePool limit of size <*> reached",
            "payments",
            _log(),
        ),
    )
    return tuple(
        Evidence(f"E{n}", kind, title, excerpt, query, window, service, "", data)
        for n, (kind, title, excerpt, query, service, data) in enumerate(rows, 1)
    )


def _series(name: str, unit: str, baseline: float, peak: float, onset: int) -> dict[str, Any]:
    """One value a minute over the window: a gentle wave, a step at `onset`, one missing value."""
    wave = (0.0, 0.4, 0.7, 0.3, -0.2, -0.6, -0.3)
    values: list[float | None] = [
        round((baseline if i < onset else peak) * (1 + 0.12 * wave[i % 7]), 4) for i in range(70)
    ]
    values[22] = None
    return {
        "start_ns": at_ns(-60),
        "step_ns": 60_000_000_000,
        "values": values,
        "unit": unit,
        "name": name,
        "baseline": baseline,
        "onset_ns": at_ns(onset - 60),
        "onset_earliest_ns": at_ns(onset - 61),
        "onset_latest_ns": at_ns(onset - 59),
    }


def _spans() -> list[dict[str, Any]]:
    rows = (
        ("gateway", "POST /api/checkout", 0, 5_040, "error", "504", 0),
        ("checkout", "POST /pay", 8, 5_026, "error", "payments timed out", 1),
        ("checkout", "GET /stock", 10, 14, "ok", "", 2),
        ("payments", "charge", 26, 5_004, "error", "TimeoutError: QueuePool limit of size 20", 2),
    )
    return [
        {
            "service": service,
            "operation": operation,
            "start_ns": at_ns(1) + start_ms * 1_000_000,
            "duration_ns": ms * 1_000_000,
            "status": status,
            "span_id": f"{n:016x}",
            "parent_span_id": f"{min(n - 1, 2):016x}" if n > 1 else "",
            "message": message,
            "depth": depth,
        }
        for n, (service, operation, start_ms, ms, status, message, depth) in enumerate(rows, 1)
    ]


def _log() -> dict[str, Any]:
    return {
        "template": "QueuePool limit of size <*> reached, connection timed out, timeout <*>",
        "samples": [
            "QueuePool limit of size 20 reached, connection timed out, timeout 5.00",
            "QueuePool limit of size 20 reached, connection timed out, timeout 5.01",
        ],
        "counts": [0] * 49 + [2 * (i % 5) + 3 for i in range(21)],
        "start_ns": at_ns(-60),
        "step_ns": 60_000_000_000,
        "onset_ns": at_ns(-11),
    }
