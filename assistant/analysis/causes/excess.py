"""Where extra time or extra failures arose: what each service has of its own, callees set aside.

Time and failures add up along calls. What a caller waits for is time in its callees, so its excess
less theirs is what arose at the caller itself: exclusive time, as tracers compute it for spans,
computed here from totals per service, so that metrics and a call graph are enough.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from assistant.analysis.causes.answered import Answered
from assistant.analysis.traces.topology import ServiceGraph
from assistant.domain.signals import Floats, Signal

_RARE, _TYPICAL = 95.0, 50.0  # percentiles of what is usual
_CERTAIN = 1.645  # standard deviations: one-sided 5 %
_SPREAD = 3.92  # standard deviations between the 2.5th and the 97.5th percentile


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """The shape of the trouble in time: weights of the bins `during` it, by how much the target
    suffered in each, and `beside` it; each adds up to 1."""

    during: Floats
    beside: Floats

    @classmethod
    def of(cls, now: Floats, usual: Floats, *, reported: bool) -> Template | None:
        """None where nothing stands out of what is usual. Where trouble was `reported`, what is
        above the typical is part of it; else only what one bin of twenty reaches."""
        above = np.clip(now - np.percentile(usual, _TYPICAL if reported else _RARE), 0.0, None)
        if not above.any():
            return None
        during = above / above.sum()
        beside = 1.0 - during / during.max()
        return cls(during, beside / beside.sum() if beside.any() else beside)

    def excess(self, values: Floats, usual: Floats) -> float:
        """How much higher `values` are while the target suffers than beside it and than is usual,
        less what is chance: a matched filter (North, 1943). Never negative."""
        level = max(float(values @ self.beside), float(np.median(usual)))
        low, high = np.percentile(usual, (2.5, 97.5))
        weight = np.sqrt(self.during @ self.during + self.beside @ self.beside)
        noise = _CERTAIN * (high - low) / _SPREAD * weight
        return max(0.0, float(values @ self.during) - level - float(noise))


@dataclass(frozen=True, slots=True)
class Excess:
    """What a service added per request of the target: seconds, or failures. `own` arose at the
    service itself, `total` holds its callees' share too. `newcomers` are callees that it never
    called in good time: what arose there is its own doing."""

    service: str
    own: float
    total: float
    newcomers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Books:
    """What every service answered, now and in good time (bins equally long), and who calls whom."""

    now: Mapping[str, Answered]
    usual: Mapping[str, Answered]
    graph: ServiceGraph

    def newcomers(self) -> frozenset[str]:
        """Callees that answered nothing in good time."""
        return frozenset(
            name
            for name, one in self.now.items()
            if self.graph.callers(name)
            and one.requests.any()
            and (name not in self.usual or not self.usual[name].requests.any())
        )

    def totals(
        self, side: Mapping[str, Answered], signal: Signal, target: str
    ) -> dict[str, Floats]:
        """Service → seconds or failures per request of the target, a value a bin."""
        requests = side[target].requests
        busy = requests > 0
        return {
            name: np.divide(one.of(signal), requests, out=np.zeros_like(requests), where=busy)
            for name, one in side.items()
        }

    def own(
        self, side: Mapping[str, Answered], totals: Mapping[str, Floats], settled: Collection[str]
    ) -> dict[str, Floats]:
        """The totals without what their callees answered for them; only callees in `settled`
        count."""
        found = {}
        for name, total in totals.items():
            below = [c for c in self.graph.callees(name) if c in totals and c in settled]
            found[name] = total - sum(totals[c] * self._share(name, c, side) for c in below)
        return found

    def _share(self, caller: str, callee: str, side: Mapping[str, Answered]) -> Floats:
        """How much of what a callee answers it answers to this caller: by the calls that were
        seen, where they were, else by how much each caller answers itself."""
        callers = [c for c in self.graph.callers(callee) if c in side]
        seen = {c: edge.calls for c in callers if (edge := self.graph.edge(c, callee))}
        if all(seen.values()):
            return np.full_like(side[caller].requests, seen[caller] / sum(seen.values()))
        every = np.sum([side[c].requests for c in callers], axis=0)
        mine = side[caller].requests
        share: Floats = np.divide(mine, every, out=np.zeros_like(mine), where=every > 0)
        return share


def excesses(books: Books, target: str, signal: Signal, *, reported: bool) -> list[Excess]:
    """What arose where, over `target` and the services it depends on, most first; empty where the
    target has no excess to explain (see `Template.of` for `reported`)."""
    if target not in books.now or target not in books.usual:
        return []
    now = books.totals(books.now, signal, target)
    usual = books.totals(books.usual, signal, target)
    template = Template.of(now[target], usual[target], reported=reported)
    if template is None:
        return []
    new = books.newcomers()
    settled = frozenset(now) - new
    own_now = books.own(books.now, now, settled)
    own_usual = books.own(books.usual, usual, settled)
    nothing = np.zeros_like(usual[target])
    found = [
        Excess(
            service=name,
            own=template.excess(own_now[name], own_usual.get(name, nothing)),
            total=template.excess(now[name], usual.get(name, nothing)),
            newcomers=tuple(c for c in books.graph.callees(name) if c in new),
        )
        for name in sorted({target, *books.graph.downstream(target)} & settled)
    ]
    return sorted((e for e in found if e.total > 0 or e.own > 0), key=lambda e: -e.own)
