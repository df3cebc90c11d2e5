"""A report as GitHub flavoured Markdown, with the causal path as a Mermaid graph."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from assistant.domain.anomaly import AnomalyWindow
from assistant.domain.changes import Hunk
from assistant.domain.evidence import Evidence
from assistant.domain.report import Breakdown, Origin, Report, Suspect
from integrations.renderings import inert, narration, words
from integrations.renderings.markdown_escape import code, fenced, markup, mermaid_label, prose
from integrations.renderings.markdown_parts import (
    cites,
    claim,
    doubt,
    notices,
    section,
    similar_row,
    table,
)

_SHOWN_ANOMALIES = 12
_SHOWN_SUSPECTS = 5
_SHOWN_RULED_OUT = 12
_SHOWN_LINES = 60


def render(report: Report, *, link_hosts: Collection[str] = ()) -> str:
    """The whole report; links of evidence are kept when their host is in `link_hosts`. Cutting
    it to a channel's limit is the channel's work."""
    safe = inert.report(report)
    blocks = [*_head(safe), *_change(safe), *_considered(safe), *_tail(safe, link_hosts)]
    return "\n\n".join(blocks) + "\n"


def _head(report: Report) -> Iterator[str]:
    yield f"## {words.SIGNS[report.verdict]} {words.VERDICTS[report.verdict]}"
    yield claim(report.headline, strong=True)
    yield "\n".join(f"- {claim(sentence)}" for sentence in report.summary)
    rows = {
        "Since": words.since(report),
        "Hurts": words.impact(report),
        "Endpoints": ", ".join(report.impact.endpoints),
        "First failed": report.first_failing_service,
        "To page": report.owner or "no owner is known",
        "Confidence": words.confidence(report.confidence),
    }
    yield table(("", ""), [(f"**{k}**", prose(v)) for k, v in rows.items() if v])
    yield from notices(report)
    if report.causal_path:
        yield "### Causal path"
        yield _mermaid(report)
        yield _hops(report)
    if origins := words.origins(report):
        yield "### Where it may have begun"
        yield table(("Belief", "Service", "Why", "Found"), [_origin(o) for o in origins])
    if report.breakdowns:
        yield "### Which requests"
        yield "\n".join(_breakdown(found) for found in report.breakdowns)
    if report.remediation:
        yield "### What to do"
        for number, step in enumerate(report.remediation, 1):
            yield f"{number}. {prose(step.text)} {cites(step.evidence)}"
            if step.command:
                yield fenced(step.command, "sh")
    if report.similar:
        yield "### Similar incidents"
        headers = ("Alike", "When", "Report", "Remedy", "Outcome")
        yield table(headers, [similar_row(past) for past in narration.similar(report)])


def _change(report: Report) -> Iterator[str]:
    if guilty := report.guilty:
        by = f"by {prose(guilty.author)}, " if guilty.author else ""
        brought = f", brought by {prose(words.brought_by(guilty))}" if guilty.deployment else ""
        yield "### The guilty change"
        yield f"**{prose(words.suspect_name(guilty))}: {prose(words.suspect_title(guilty))}** " + (
            f"({by}in {prose(guilty.service)} since {words.moment(guilty.at)}{brought}) "
            f"{cites(guilty.evidence)}"
        )
        for hunk in guilty.guilty_hunks:
            yield f"{code(hunk.path)} {prose(hunk.symbol)}".rstrip()
            yield _hunk(hunk)
    shown = words.notable(report, _SHOWN_ANOMALIES)
    if shown:
        yield "### Anomaly windows"
        headers = ("Service", "What", "Onset", "End", "Baseline → peak", "Unusual")
        yield table(headers, [_anomaly(a, report) for a in shown])
    if rest := len(report.anomalies) - len(shown):
        yield f"{rest} less telling windows are not shown."


def _considered(report: Report) -> Iterator[str]:
    if report.suspects:
        yield "### Suspects"
        headers = ("#", "Change", "Service", "In effect", "Score", "Parts (value × weight)")
        rows = enumerate(report.suspects[:_SHOWN_SUSPECTS], 1)
        yield table(headers, [_suspect(rank, suspect, report) for rank, suspect in rows])
    if (rest := len(report.suspects) - _SHOWN_SUSPECTS) > 0:
        yield f"{rest} weaker suspects are not shown."
    if others := words.other_hypotheses(report):
        yield "### Other hypotheses"
        yield "\n".join(
            f"- {words.percent(h.confidence)} {prose(h.title)}"
            + (f", for {cites(h.supporting)}" if h.supporting else "")
            + (f", against {cites(h.contradicting)}" if h.contradicting else "")
            for h in others
        )
    if report.ruled_out:
        yield "### Ruled out"
        yield "\n".join(
            f"- ✗ **{prose(r.title)}**: {prose(r.reason)} {cites(r.evidence)}".rstrip()
            for r in report.ruled_out[:_SHOWN_RULED_OUT]
        )
    if (rest := len(report.ruled_out) - _SHOWN_RULED_OUT) > 0:
        yield f"{rest} more are not shown."
    yield from section("Missing", report.gaps)
    yield from section("To check next", report.next_checks)


def _tail(report: Report, hosts: Collection[str]) -> Iterator[str]:
    yield from section("What the confidence rests on", report.confidence_reasons)
    if doubtful := narration.doubtful(report):
        yield "### Why sentences are unverified"
        yield "\n\n".join(doubt(sentence) for sentence in doubtful)
    if told := report.narration:
        yield "### What a model added"
        rows = narration.facts(told, report).items()
        yield table(("", ""), [(f"**{name}**", prose(value)) for name, value in rows])
    yield "### Evidence"
    for evidence in report.evidence:
        yield _evidence(evidence, report, hosts)
    took = f" It took {words.seconds(report)}." if report.seconds else ""
    yield "---"
    yield (
        f"{prose(report.author)}{took} Report {code(report.id)}, schema {report.schema_version}, "
        f"over {words.moment(report.window.start)} to {words.moment(report.window.end)}."
    )


def _mermaid(report: Report) -> str:
    """Left to right, in the order of the hops; what is not verified is dotted."""
    names = dict.fromkeys(n for hop in report.causal_path for n in (hop.source, hop.target))
    numbers = {name: number for number, name in enumerate(names)}
    nodes = [f'  n{number}["{mermaid_label(name)}"]' for name, number in numbers.items()]
    edges = [
        f"  n{numbers[hop.source]} {'-->' if hop.verified else '-.->'}"
        f'|"{mermaid_label(hop.relation)}"| n{numbers[hop.target]}'
        for hop in report.causal_path
    ]
    return fenced("\n".join(["graph LR", *nodes, *edges]), "mermaid")


def _hops(report: Report) -> str:
    headers = ("From", "To", "How", "Connected", "Deviates", "Onset in order", "Evidence")
    rows = [
        (
            code(hop.source),
            code(hop.target),
            prose(hop.relation),
            *(words.check(passed) for passed in (hop.connected, hop.deviates, hop.ordered)),
            cites(hop.evidence),
        )
        for hop in report.causal_path
    ]
    return table(headers, rows)


def _origin(origin: Origin) -> Sequence[str]:
    found = "<br>".join(
        f"{prose(f.kind)}: {prose(inert.line(f.text, 160))} {cites(f.evidence)}".rstrip()
        for f in origin.findings[:3]
    )
    why = f"{prose(inert.line(words.grounds(origin), 320))} {cites(origin.evidence)}".rstrip()
    return (words.percent(origin.score), code(origin.service), why, found)


def _breakdown(found: Breakdown) -> str:
    return f"- {prose(inert.line(words.breakdown(found), 400))} {cites(found.evidence)}"


def _hunk(hunk: Hunk) -> str:
    lines = [f"{line.sign}{line.text}" for line in hunk.lines[:_SHOWN_LINES]]
    if (rest := len(hunk.lines) - _SHOWN_LINES) > 0:
        lines.append(f" … {rest} more lines")
    return fenced("\n".join([*lines, hunk.note]).rstrip("\n"), "diff")


def _anomaly(anomaly: AnomalyWindow, report: Report) -> Sequence[str]:
    return (
        code(anomaly.service),
        prose(inert.line(words.what(anomaly), 120)),
        words.onset(anomaly, report.window),
        words.end(anomaly, report.window),
        prose(words.moved(anomaly)),
        f"{anomaly.score:.0f} σ",
    )


def _suspect(rank: int, suspect: Suspect, report: Report) -> Sequence[str]:
    parts = "<br>".join(
        f"{prose(part.name)} {part.value:.2f} × {part.weight:+.2f}: "
        f"{prose(inert.line(part.reason, 160))} {cites(part.evidence)}".rstrip()
        for part in suspect.parts
    )
    title = inert.line(words.suspect_title(suspect), 160)
    return (
        str(rank),
        f"{prose(words.suspect_name(suspect))}<br>{prose(title)}",
        code(suspect.service),
        words.clock(suspect.at, report.window),
        f"{suspect.score:.2f}",
        parts,
    )


def _evidence(evidence: Evidence, report: Report, hosts: Collection[str]) -> str:
    window = evidence.window
    span = f"{words.clock(window.start, report.window)} to {words.clock(window.end, report.window)}"
    link = inert.link(evidence.link, hosts)
    return "\n\n".join(
        (
            f"<details><summary>{markup(evidence.id)} {evidence.kind}: "
            f"{markup(inert.line(evidence.title))}</summary>",
            fenced("\n".join(evidence.excerpt.splitlines()[:_SHOWN_LINES]), "text"),
            f"From {code(inert.line(evidence.query))}, {span}." + (f" <{link}>" if link else ""),
            "</details>",
        )
    )
