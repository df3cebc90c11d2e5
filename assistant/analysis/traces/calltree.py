"""A trace as a forest on one clock: duplicates dropped, cycles cut, orphans made roots, and spans
from skewed clocks moved into the span that called them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from assistant.domain.signals import Span, SpanKind, Trace

# A consumer may well start after its producer has ended.
_LATER = (SpanKind.CONSUMER, SpanKind.PRODUCER)


class CallTree:
    """Navigation over one trace. `spans` are in start order, parents before their children."""

    def __init__(self, trace: Trace) -> None:
        by_id: dict[str, Span] = {}
        for span in sorted(trace.spans, key=lambda s: (s.start_ns, -s.duration_ns)):
            by_id.setdefault(span.span_id, span)
        self._by_id = by_id
        self._parents = _acyclic(by_id)
        self._children: dict[str, list[Span]] = defaultdict(list)
        for span in by_id.values():
            if parent := self._parents[span.span_id]:
                self._children[parent].append(span)
        self.roots: tuple[Span, ...] = tuple(
            span for span in by_id.values() if not self._parents[span.span_id]
        )
        self.spans: tuple[Span, ...] = tuple(self._walk())
        self._shift = self._skews()

    def children(self, span: Span) -> list[Span]:
        return self._children.get(span.span_id, [])

    def parent(self, span: Span) -> Span | None:
        return self._by_id.get(self._parents[span.span_id])

    def ancestry(self, span: Span) -> Iterator[Span]:
        """`span`, its parent, and so on up to a root."""
        at: Span | None = span
        while at is not None:
            yield at
            at = self.parent(at)

    def start_ns(self, span: Span) -> int:
        """On the clock of the root."""
        return span.start_ns + self._shift[span.span_id]

    def end_ns(self, span: Span) -> int:
        return self.start_ns(span) + span.duration_ns

    def exclusive_ns(self, span: Span) -> int:
        """Time in which the span ran and none of its children did."""
        start, end = self.start_ns(span), self.end_ns(span)
        busy, reached = 0, start
        for child in sorted(self.children(span), key=self.start_ns):
            begin = max(self.start_ns(child), reached)
            finish = min(self.end_ns(child), end)
            if finish > begin:
                busy += finish - begin
                reached = finish
        return span.duration_ns - busy

    def critical_path(self) -> list[Span]:
        """See `traces.critical_path`."""
        if not self.roots:
            return []
        root = max(self.roots, key=lambda s: s.duration_ns)
        path: list[Span] = []
        stack = [(root, self.end_ns(root))]
        while stack:
            span, until = stack.pop()
            path.append(span)
            # Backwards from `until`: each child that ended last before the moment reached.
            reached = until
            on_path: list[tuple[Span, int]] = []
            for child in sorted(self.children(span), key=self.end_ns, reverse=True):
                begin, finish = self.start_ns(child), self.end_ns(child)
                if finish <= reached and finish > self.start_ns(span):
                    on_path.append((child, finish))
                    reached = begin
            stack += on_path  # the last one appended began first
        return path

    def _walk(self) -> Iterator[Span]:
        stack = list(reversed(self.roots))
        while stack:
            span = stack.pop()
            yield span
            stack += reversed(self.children(span))

    def _skews(self) -> dict[str, int]:
        """Nanoseconds to add to each span. A child of another process that sticks out of its
        parent is centred in it, and its own children move along (the adjustment of the Jaeger
        query service); one that is longer than its parent outlived it, whatever the clocks."""
        shift: dict[str, int] = {}
        for span in self.spans:
            parent = self.parent(span)
            shift[span.span_id] = inherited = shift[parent.span_id] if parent else 0
            if parent is None or span.kind in _LATER or _place(span) == _place(parent):
                continue
            start, low = span.start_ns + inherited, parent.start_ns + inherited
            spare = parent.duration_ns - span.duration_ns
            if spare >= 0 and not low <= start <= low + spare:
                shift[span.span_id] = inherited + low + spare // 2 - start
        return shift


def _place(span: Span) -> tuple[str, str]:
    return span.service, span.instance


def _acyclic(by_id: dict[str, Span]) -> dict[str, str]:
    """Span id → parent id, '' for roots, orphans, and the earliest span of each cycle."""
    parents = {
        i: s.parent_span_id if s.parent_span_id in by_id and s.parent_span_id != i else ""
        for i, s in by_id.items()
    }
    settled: set[str] = {""}
    for start in by_id:  # in start order, so the span a cycle is cut at is its earliest
        trail: dict[str, None] = {}
        at = start
        while at not in settled and at not in trail:
            trail[at] = None
            at = parents[at]
        if at in trail:
            cycle = list(trail)[list(trail).index(at) :]
            first = min(cycle, key=lambda i: (by_id[i].start_ns, i))
            parents[first] = ""
        settled |= trail.keys()
    return parents
