"""The parts of the Markdown rendering: sentences, lists, tables, and what a model added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from assistant.domain.report import Claim, Report, SimilarIncident
from integrations.renderings import inert, narration, words
from integrations.renderings.markdown_escape import code, markup, prose


def claim(sentence: Claim, *, strong: bool = False) -> str:
    """With its citations; a sentence that did not stand its check says so before anything else."""
    text = f"**{prose(sentence.text)}**" if strong else prose(sentence.text)
    doubt = "*Unverified:* " if narration.unverified(sentence) else ""
    return f"{doubt}{text} {cites(sentence.evidence) or '*uncited*'}"


def notices(report: Report) -> Iterator[str]:
    """What a reader must know of the model's part before reading on."""
    told = report.narration
    if told and told.ended:
        yield f"> **The model ended early:** {prose(told.ended)}"
    if told and told.overrules:
        own = prose(narration.overruled(report))
        yield f"> **The model overrules the engine:** {claim(told.overrules)}\n>\n> {own}"


def similar_row(past: SimilarIncident) -> Sequence[str]:
    return (
        words.percent(past.likeness),
        words.moment(past.at),
        f"{code(past.report_id)}<br>{prose(inert.line(past.headline))}",
        prose(past.remedy) or "–",
        prose(narration.outcome(past)),
    )


def doubt(sentence: Claim) -> str:
    return (
        f"<details><summary>{markup(inert.line(sentence.text))}</summary>\n\n"
        f"{prose(narration.problems(sentence))}\n\n</details>"
    )


def cites(ids: Iterable[str]) -> str:
    return " ".join(f"\\[{prose(e)}\\]" for e in ids)


def section(title: str, points: Sequence[str]) -> Iterator[str]:
    if points:
        yield f"### {title}"
        yield "\n".join(f"- {prose(point)}" for point in points)


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
