"""The evidence pack: what a model knows when it starts, in as few tokens as carry it.

Each section is a list of items, most important first, bounded in number. If all together are
still too many tokens, the last item of the least important section goes, again and again; the
first items of the important ones go at the very last. What is left out is told, with the tool that
shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.domain.ports import Redactor
from assistant.domain.report import Report
from assistant.investigator.prompting import sections
from assistant.investigator.prompting.framing import framed, new_nonce, plain
from assistant.investigator.prompting.sections import Section
from assistant.llmops.tokens import count
from prompts import prompt

MAX_TOKENS = 10_000
_FRAMES = 400  # tokens that frames, headings and marks of what was cut take at most
_IMPORTANT = 6  # weight of a section from which on its first item is needed for any answer


def evidence_pack(
    report: Report,
    *,
    redactor: Redactor,
    max_tokens: int = MAX_TOKENS,
    nonce: Callable[[], str] = new_nonce,
) -> str:
    """The report as a model starts from it: framed as data, redacted, at most `max_tokens` (o200k;
    1,000 at the least)."""
    question = [sections.question(report)]
    findings = sections.findings(report)
    changes = sections.changes(report)
    rest = sections.rest(report)
    _fit([*question, *findings, *changes, *rest], max_tokens - _FRAMES)

    def block(name: str, parts: Sequence[Section]) -> str:
        text = "\n".join(part.text() for part in parts if part.total)
        return framed(name, redactor.text(plain(text)), nonce) if text else ""

    return prompt("pack").render(
        question=block("question", question),
        findings=block("findings", findings),
        changes=block("changes", changes) or "None is known.",
        rest=block("rest", rest),
    )


def _fit(parts: Sequence[Section], max_tokens: int) -> None:
    """Takes items out until all fit."""
    sizes = {part.heading: [count(f"{item}\n") for item in part.items] for part in parts}
    over = sum(map(sum, sizes.values())) - max_tokens
    lightest = sorted(parts, key=lambda part: part.weight)
    for important in (1, 0):
        for part in lightest:
            kept = important if part.weight >= _IMPORTANT else 0
            while over > 0 and len(part.items) > kept:
                part.items.pop()
                over -= sizes[part.heading].pop()
