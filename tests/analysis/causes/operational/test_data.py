"""Data that others wrote: grown tables, unreadable messages, answers of another form."""

from __future__ import annotations

from dataclasses import replace

from assistant.analysis.causes.facts import Facts
from assistant.analysis.logs.stacks import Frame
from assistant.domain.signals import Signal, SpanKind, SpanStatus, Trace
from tests.analysis.causes.operational.incident import a_call, a_level, causes, facts, logs, often
from tests.builders import a_deploy, a_span, at_ns


def select(minute: float, jitter: float, *, rows: int = 4000, text: str = "SELECT 1") -> Trace:
    grown = minute >= 0
    return a_call(
        minute,
        "web",
        "maindb",
        operation="SELECT offers",
        ms=(400 if grown else 80) * jitter,
        attributes={
            "db.system.name": "mysql",
            "db.query.text": text if grown else "SELECT 1",
            "db.response.returned_rows": rows if grown else 40,
        },
    )


def test_a_table_that_grew() -> None:
    cause = causes(facts(often(select)))["data_growth"]

    assert cause.service == "web"
    assert cause.action == "purge_bad_data"
    assert any("4000" in reason for reason in cause.reasons)


def test_as_many_rows_as_before_or_another_statement_is_no_growth() -> None:
    slower = often(lambda m, j: select(m, j, rows=40))
    reworded = often(lambda m, j: select(m, j, text="SELECT 1 WHERE true"))

    assert "data_growth" not in causes(facts(slower))
    assert "data_growth" not in causes(facts(reworded))


def message(minute: float, topic: str, error: str = "") -> Trace:
    span = a_span(
        "web",
        "process orders",
        start_ns=at_ns(minute),
        kind=SpanKind.CONSUMER,
        status=SpanStatus.ERROR if error else SpanStatus.OK,
        status_message=error,
        attributes={"messaging.destination.name": topic, "http.route": error or "fine"},
    )
    return Trace(span.trace_id, (span,))


def test_messages_of_one_topic_that_nobody_can_read() -> None:
    traces = often(
        lambda m, j: message(m, "imports" if m >= 0 else "orders", "no" if m >= 0 else "")
    )

    cause = causes(facts(traces))["bad_data"]

    assert "messaging.destination.name=imports" in cause.title


def test_a_topic_that_worked_before_is_not_to_blame() -> None:
    traces = often(lambda m, j: message(m, "orders", "no" if m >= 0 else ""))

    assert "bad_data" not in causes(facts(traces))


def answered(minute: float, jitter: float) -> Trace:
    """The provider answers without an error; the caller fails on what it got."""
    trace = a_call(minute, "web", "cardnet", operation="POST /charge", ms=200 * jitter)
    root, call = trace.spans
    if minute >= 0:
        root = replace(root, status=SpanStatus.ERROR, status_message="KeyError: 'reference'")
    return Trace(trace.trace_id, (root, call))


def misread(**changes: object) -> Facts:
    share = a_level("web", "error_ratio_5xx", 0.0, 0.9, Signal.ERRORS)
    body = 'crashed: KeyError: reference File "web/app.py", line 13, in read'
    return facts(often(answered), [share], logs("web", body), **changes)  # type: ignore[arg-type]


def test_an_answer_of_another_form() -> None:
    cause = causes(misread())["changed_answer"]

    assert (cause.service, cause.action) == ("web", "fail_over")
    assert any("follow an answer of cardnet" in reason for reason in cause.reasons)


def test_code_that_was_just_delivered_takes_weight_from_it() -> None:
    blamed = {"c0ffee": Frame("web/app.py", 13, "read")}

    fresh = causes(misread(blamed=blamed, deployments=[a_deploy("web", -5)]))

    assert fresh["changed_answer"].score < causes(misread())["changed_answer"].score


def test_a_provider_that_refuses_what_it_is_sent() -> None:
    traces = often(
        lambda m, j: a_call(
            m, "web", "cardnet", ms=200 * j, error="422" if m >= 0 and m % 3 else ""
        )
    )

    cause = causes(facts(traces, (), logs("web", "cardnet: 422 amount must be positive")))

    assert cause["bad_data"].title == "cardnet refuses what web sends"
    assert "provider_outage" not in cause or not cause["provider_outage"].decisive
