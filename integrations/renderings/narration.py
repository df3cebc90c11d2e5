"""How a model's part in a report reads, the same in every rendering."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from assistant.domain.claim import Claim, Standing
from assistant.domain.report import Narration, Report, SimilarIncident
from assistant.domain.usage import Usage
from integrations.renderings import words

_SHOWN_SIMILAR = 5


def unverified(claim: Claim) -> bool:
    return claim.standing is Standing.UNVERIFIED


def doubtful(report: Report) -> list[Claim]:
    """The sentences that did not stand their check, in the order of the report."""
    return [claim for claim in _sentences(report) if unverified(claim)]


def problems(claim: Claim) -> str:
    """Why a sentence is unverified, on one line."""
    return "; ".join(p.rstrip(".") for p in claim.problems) or "it could not be checked"


def overruled(report: Report) -> str:
    """What the engine said where the model says otherwise; '' where it does not."""
    told = report.narration
    if told is None or told.overrules is None:
        return ""
    return f"The engine's own verdict was: {_engine(told, report)}."


def facts(told: Narration, report: Report) -> dict[str, str]:
    """Who explained it, how, and what that cost: name and value, in the order of reading."""
    rows = {
        "Model": told.model,
        "Prompt": f"{told.prompt.name}@{told.prompt.version} ({told.prompt.digest[:12]})",
        "Sentences": _checked(report),
        "Calls": _calls(told.usage),
        "Tokens": _tokens(told.usage),
        "Cost": cost(told.usage),
        "Time": f"{told.usage.seconds:.1f} s",
        "Tools": tools(told.tools),
        "Engine": _agreement(told, report),
    }
    return {name: value for name, value in rows.items() if value}


def cost(usage: Usage) -> str:
    """The known prices added up; calls of unknown price are told, never counted as free."""
    if usage.calls == 0:
        return "nothing"
    if usage.unpriced >= usage.calls:
        return "price unknown"
    rest = f", and {_count(usage.unpriced, 'call')} of unknown price" if usage.unpriced else ""
    return money(usage.cost_usd) + rest


def money(usd: float) -> str:
    if 0 < usd < 0.0001:
        return "<$0.0001"
    return f"${usd:,.2f}" if usd >= 1 or usd == 0 else f"${usd:.4f}"


def tools(called: Sequence[str]) -> str:
    """Each tool once, in the order of its first call: 'series ×2, logs'."""
    times = Counter(called)
    return ", ".join(f"{name} ×{n}" if n > 1 else name for name, n in times.items()) or "none"


def similar(report: Report) -> Sequence[SimilarIncident]:
    return report.similar[:_SHOWN_SIMILAR]


def outcome(incident: SimilarIncident) -> str:
    """What it was in the end: in people's words if they said so, else what the report said."""
    return incident.outcome or f"{words.VERDICTS[incident.verdict]}, as reported then"


def _sentences(report: Report) -> list[Claim]:
    told = report.narration
    overrules = [told.overrules] if told and told.overrules else []
    return [report.headline, *report.summary, *overrules]


def _checked(report: Report) -> str:
    """Of the model's sentences only: what code wrote needs no vouching."""
    written = [c for c in _sentences(report) if c.standing is not Standing.ANALYSIS]
    if not written:
        return "none of the model's"
    held = sum(not unverified(claim) for claim in written)
    return f"{held} of {len(written)} verified against the evidence they cite"


def _agreement(told: Narration, report: Report) -> str:
    if told.engine_verdict is None or told.overrules is not None:
        return ""  # overruling is told where it cannot be missed
    guilty = report.guilty.id if report.guilty else ""
    same = told.engine_verdict is report.verdict and told.engine_suspect in ("", guilty)
    return "came to the same verdict" if same else _engine(told, report)


def _engine(told: Narration, report: Report) -> str:
    verdict = words.VERDICTS[told.engine_verdict] if told.engine_verdict else "not kept"
    suspect = next((s for s in report.suspects if s.id == told.engine_suspect), None)
    name = words.suspect_name(suspect) if suspect else told.engine_suspect[:12]
    title = f" {words.suspect_title(suspect)}" if suspect else ""
    return f"{verdict.lower()}, {name}{title}" if name else verdict.lower()


def _calls(usage: Usage) -> str:
    return f"{usage.calls}, {usage.failed} of them failed" if usage.failed else f"{usage.calls}"


def _tokens(usage: Usage) -> str:
    cached = f" ({usage.cache_read_tokens:,} of them cached)" if usage.cache_read_tokens else ""
    thought = f" ({usage.reasoning_tokens:,} of them reasoning)" if usage.reasoning_tokens else ""
    return f"{usage.input_tokens:,} in{cached}, {usage.output_tokens:,} out{thought}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
