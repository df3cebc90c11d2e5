"""How every tool answers: bounded, with a total and a mark where it was cut, kept as evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.domain.evidence import EvidenceKind
from assistant.domain.window import TimeWindow
from assistant.investigator.notebook import Notebook
from assistant.investigator.prompting import words
from assistant.investigator.prompting.framing import framed, line, plain
from assistant.investigator.tools.desk import Desk
from assistant.llmops.tokens import count

MAX_TOKENS = 500  # of an answer; three of them and the evidence pack leave room to think


@dataclass(frozen=True, slots=True)
class Finding:
    """A tool's answer. `text` is what a model reads: it begins with `evidence`, the id under which
    the answer can be cited, then come the rows as data. `rows` are the same without the frame,
    `shown` of `total` of them."""

    text: str
    evidence: str
    total: int
    shown: int
    title: str
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, so that an empty answer can repeat it and anybody can ask again."""

    what: str  # 'log records of checkout that contain “pool”'
    query: str  # 'logs service=checkout contains=pool'
    window: TimeWindow
    kind: EvidenceKind
    service: str = ""
    nothing: str = ""  # where to look when nothing was found
    more: str = "narrow it by service or time"  # how to see what was cut
    data: dict[str, object] = field(default_factory=dict)
    timed: bool = True  # whether the window says anything about the answer

    @property
    def title(self) -> str:
        return line(f"{self.what}, {words.period(self.window)}" if self.timed else self.what)


def finding(
    asked: Asked,
    rows: Sequence[str],
    desk: Desk,
    notebook: Notebook,
    *,
    total: int = 0,
    max_tokens: int = MAX_TOKENS,
) -> Finding:
    """The rows that fit, most important first; `total` where there are more than rows."""
    total = max(total, len(rows))
    if not rows:
        return _nothing(asked, desk, notebook)
    shown = _fitting([_safe(row, desk) for row in rows], max_tokens)
    title = _safe(asked.title, desk)
    left = total - len(shown)
    mark = [_safe(f"(+{left} more of {total}: {asked.more})", desk)] if left else []
    excerpt = "\n".join([f"{title}:", *shown, *mark])
    evidence_id = notebook.add(
        asked.kind, title, excerpt, asked.query, asked.window, asked.service, asked.data
    )
    text = f"{evidence_id}\n{framed('result', excerpt)}"
    return Finding(text, evidence_id, total, len(shown), title, tuple(shown))


def _safe(row: str, desk: Desk) -> str:
    """Whatever a tool put into a row: redacted, on one line, without a mark of ours."""
    return desk.redactor.text(plain(row.replace("\n", " ")))


def _fitting(rows: Sequence[str], max_tokens: int) -> list[str]:
    """As many as fit; the first one always, cut if need be."""
    shown: list[str] = []
    left = max_tokens
    for row in rows:
        left -= count(f"{row}\n")
        if left < 0:
            return shown or [row[: 3 * max_tokens] + "…"]
        shown.append(row)
    return shown


def _nothing(asked: Asked, desk: Desk, notebook: Notebook) -> Finding:
    """Nothing found is an answer, and evidence of absence."""
    title = _safe(f"Nothing found: {asked.title}", desk)
    evidence_id = notebook.add(
        EvidenceKind.ABSENCE, title, f"{title}.", asked.query, asked.window, asked.service
    )
    hint = _safe(f" {asked.nothing}", desk).rstrip()
    text = f"{evidence_id}\n{framed('result', f'{title}.{hint}')}"
    return Finding(text, evidence_id, 0, 0, title)
