"""Who calls whom, how often, and how often it fails."""

from __future__ import annotations

from assistant.analysis.catalogue import declared_calls
from assistant.domain.evidence import EvidenceKind
from assistant.domain.signals import Edge
from assistant.investigator.notebook import Notebook
from assistant.investigator.prompting.framing import line
from assistant.investigator.tools.desk import Desk
from assistant.investigator.tools.finding import Asked, Finding, finding


def topology(
    desk: Desk, notebook: Notebook, service: str = "", since: str = "", until: str = ""
) -> Finding:
    """Calls to and from a service, or all; those that fail most first, then the busiest."""
    name, window = desk.service(service), desk.window(since, until)
    seen = list(desk.sources.telemetry.edges(window))
    pairs = {(e.caller, e.callee) for e in seen}
    written = declared_calls(desk.catalogue, desk.services)
    seen += [e for e in written if (e.caller, e.callee) not in pairs]
    found = [e for e in seen if not name or name in (e.caller, e.callee)]
    found.sort(key=lambda e: (-e.errors, -e.calls, e.caller, e.callee))
    asked = Asked(
        f"calls to and from {name}" if name else "calls between services",
        f"edges service={name}",
        window,
        EvidenceKind.TOPOLOGY,
        name,
        "No trace and no catalogue entry shows one; `series` shows whether it sends anything.",
        "name a service",
    )
    return finding(asked, [_row(e) for e in found], desk, notebook)


def _row(edge: Edge) -> str:
    pair = f"{line(edge.caller, 80)} called {line(edge.callee, 80)}"
    if not edge.calls:
        return f"{pair}, says the catalogue; no trace shows how often"
    share = f" ({100 * edge.errors / edge.calls:.3g} %)" if edge.errors else ""
    silent = "; it sends no telemetry itself" if edge.inferred else ""
    return f"{pair} {edge.calls} times, {edge.errors} of them failed{share}{silent}"
