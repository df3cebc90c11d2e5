"""The real line around an incident with a known cause, with a door for each way in that an
attacker has: OTLP, git, changes as JSON, and the alert."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.analysis.redaction import RuleRedactor
from assistant.domain.report import Report
from assistant.gather import Sources
from assistant.intake import Intake, ingest
from assistant.pipeline import investigate
from assistant.work.learning import Learner
from integrations.sources.alert.mapping import question_from_alert
from integrations.sources.otlp.changes import parse_changes
from retrievers.code import GitHistory
from retrievers.memory import (
    FixedCatalogue,
    MemoryChangeLog,
    MemoryKnowledge,
    MemoryReports,
    run_inline,
)
from retrievers.telemetry import DuckDbTelemetry
from retrievers.wrappers.redacted import RedactedHistory
from tests.builders import at, at_ns
from tests.builders.system import System, Trouble
from tests.integrations.sources.otlp.payloads import (
    a_log,
    a_span,
    decoded,
    log_request,
    trace_request,
)
from tests.retrievers.code.repositories import Repo

FAILURE = "'NoneType' object is not subscriptable"


@dataclass
class History:
    """Commits to be written in one go, oldest first."""

    path: Path
    _stream: list[bytes] = field(default_factory=list)

    def commit(self, message: str, file: str, content: str, *, minutes: float) -> None:
        written, text = _raw(content), _raw(message).replace(b"\0", b"")
        self._stream.append(
            b"commit refs/heads/main\ncommitter Ada <ada@example.org> %d +0000\n"
            b"data %d\n%s\nM 100644 inline %s\ndata %d\n%s\n"
            % (at(minutes).timestamp(), len(text), text, file.encode(), len(written), written)
        )

    def write(self) -> list[str]:
        """The hashes, in the order given."""
        repo = Repo(self.path)
        subprocess.run(
            ["git", "fast-import", "--quiet"],
            cwd=self.path,
            input=b"".join(self._stream),
            check=True,
        )
        return repo.git("rev-list", "--reverse", "main").splitlines()


@dataclass
class Line:
    """Takes in, then answers."""

    telemetry: DuckDbTelemetry
    code: RedactedHistory
    redactor: RuleRedactor
    changes: MemoryChangeLog = field(default_factory=MemoryChangeLog)
    knowledge: MemoryKnowledge = field(default_factory=MemoryKnowledge)
    reports: MemoryReports = field(default_factory=MemoryReports)

    def __post_init__(self) -> None:
        self.learner = Learner(self.knowledge)
        self.intake = Intake(self.telemetry, self.changes, self.redactor, self.learner)

    def otlp(self, request: dict[str, Any]) -> None:
        ingest(self.intake, decoded(request, received_ns=at_ns(11)).batch)

    def change(self, *changes: dict[str, Any]) -> None:
        ingest(self.intake, decoded(log_request()).batch, parse_changes(json.dumps(changes)))

    def investigate(self, alert: dict[str, Any]) -> Report:
        assert self.learner.settle(60)
        question = question_from_alert(json.dumps(alert).encode())
        return investigate(question, self.sources)

    @property
    def sources(self) -> Sources:
        return Sources(
            telemetry=self.telemetry,
            changes=self.changes,
            code=self.code,
            knowledge=self.knowledge,
            catalogue=FixedCatalogue(),
            reports=self.reports,
            compute=run_inline,
            clock=lambda: at(10),
        )


def a_broken_shop() -> System:
    """A coupon that is none breaks every second call of the cart, from noon on."""
    shop = System(
        {"web": ["cart"], "cart": ["stock"], "stock": []},
        troubles=[Trouble("cart", 0, fails=0.5, message=FAILURE)],
    )
    shop.logs(
        "cart",
        f'TypeError: {FAILURE}\n  File "/app/cart/coupon.py", line 2, in apply',
        since=0,
        severity_number=17,
    )
    return shop


@contextmanager
def an_incident(folder: Path, hostile_commits: Sequence[str] = ()) -> Iterator[tuple[Line, str]]:
    """The line with the shop's telemetry taken in, and the hash of the guilty commit, which one
    deployment brought together with the hostile ones."""
    history = History(folder / "shop")
    code = "def apply(total, coupon):\n    {}\n"
    history.commit("Begin", "web/page.py", "title = 'Shop'\n", minutes=-2000)
    before = "if coupon is None: return total"
    history.commit("Coupons", "cart/coupon.py", code.format(before), minutes=-1990)
    for i, text in enumerate(hostile_commits):
        content = f'TEXT = """\n{text}\n"""\n'
        history.commit(text, f"cart/texts/t{i}.py", content, minutes=-300 + i / 1000)
    after = "return total * coupon['factor']"
    history.commit("Simplify coupons", "cart/coupon.py", code.format(after), minutes=-20)
    hashes = history.write()
    store = DuckDbTelemetry(folder / "telemetry.duckdb")
    redactor = RuleRedactor(b"key")
    line = Line(
        telemetry=store,
        code=RedactedHistory(GitHistory({"shop": history.path}), redactor),
        redactor=redactor,
    )
    try:
        ingest(line.intake, a_broken_shop().batch())
        deployment = {"kind": "deployment", "service": "cart", "repository": "shop"}
        line.change(
            deployment | {"at": at(-1900).isoformat(), "revision": hashes[1]},
            deployment | {"at": at(-1).isoformat(), "revision": hashes[-1]},
        )
        yield line, hashes[-1]
    finally:
        line.learner.close()
        store.close()


def alert(text: str = "The cart answers with errors") -> dict[str, Any]:
    return {
        "alerts": [
            {
                "status": "firing",
                "labels": {"alertname": "CartErrors", "service": "web"},
                "annotations": {"summary": text, "description": text, "runbook_url": text},
                "startsAt": at(3).isoformat(),
            }
        ]
    }


def logs(texts: Sequence[str], service: str, start_min: float) -> dict[str, Any]:
    """Each text as a body and as an attribute, spread over half an hour."""
    records = [
        a_log(text, {"http.user_agent": text}, timeUnixNano=str(_spread(i, texts, start_min)))
        for i, text in enumerate(texts)
    ]
    return log_request(*records, resource={"service.name": service})


def spans(
    texts: Sequence[str], service: str, start_min: float, *, failing: bool = False
) -> dict[str, Any]:
    """Each text as an attribute's value and key, as an event and as a status message."""
    made = []
    for i, text in enumerate(texts):
        start = _spread(i, texts, start_min)
        made.append(
            a_span(
                {"http.target": text, text[:200]: "value"},
                traceId=f"{i + 1:032x}",
                spanId=f"{i + 1:016x}",
                name="GET /cart",
                startTimeUnixNano=str(start),
                endTimeUnixNano=str(start + 12_000_000),
                status={"message": text, "code": 2 if failing else 0},
                events=[{"name": text, "timeUnixNano": str(start)}],
            )
        )
    return trace_request(*made, resource={"service.name": service})


def _spread(i: int, texts: Sequence[str], start_min: float) -> int:
    return at_ns(start_min + 30 * i / len(texts))


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
