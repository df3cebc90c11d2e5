"""Spans as columns, one comprehension a column: no function call per span."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.domain.signals import Columns, SpanKind, SpanStatus
from integrations.sources.otlp.attributes import (
    MAX_ATTRIBUTES,
    Interned,
    Members,
    attributes_of,
    json_of,
    peer_of,
)
from integrations.sources.otlp.decoded import DecodedRequest
from integrations.sources.otlp.resource import Origin, origin_of
from integrations.sources.otlp.rows import add_origin, attribute_texts
from integrations.sources.otlp.times import EARLIEST_NS, described, latest_ns
from integrations.sources.otlp.wire import text

_KINDS = [
    kind.value
    for kind in (
        SpanKind.UNSPECIFIED,
        SpanKind.INTERNAL,
        SpanKind.SERVER,
        SpanKind.CLIENT,
        SpanKind.PRODUCER,
        SpanKind.CONSUMER,
    )
]
_CALLING = (3, 4)  # client, producer
_STATUSES = [status.value for status in (SpanStatus.UNSET, SpanStatus.OK, SpanStatus.ERROR)]
_NO_TRACE, _NO_SPAN = bytes(16), bytes(8)
_MAX_EVENTS = 128
_MAX_DURATION_NS = 2**62

_members = Members()
_peers = Interned(peer_of)


def read_spans(request: Any, decoded: DecodedRequest, received_ns: int) -> None:
    latest = latest_ns(received_ns)
    for resource_spans in request.resource_spans:
        origin = origin_of(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            spans = scope_spans.spans
            usable = [
                s
                for s in spans
                if EARLIEST_NS <= s.start_time_unix_nano <= latest
                and len(trace_id := s.trace_id) == 16
                and len(span_id := s.span_id) == 8
                and trace_id != _NO_TRACE
                and span_id != _NO_SPAN
            ]
            if len(usable) < len(spans):
                _explain(spans, latest, decoded)
            _append(decoded.batch.spans, usable, origin)


def _append(columns: Columns, spans: Sequence[Any], origin: Origin) -> None:
    starts = [s.start_time_unix_nano for s in spans]
    kinds = [s.kind for s in spans]
    statuses = [s.status for s in spans]
    codes = [status.code for status in statuses]
    columns["trace_id"] += [s.trace_id.hex() for s in spans]
    columns["span_id"] += [s.span_id.hex() for s in spans]
    columns["parent_span_id"] += [
        "" if (parent := s.parent_span_id) == _NO_SPAN else parent.hex() for s in spans
    ]
    columns["operation"] += [s.name.decode("utf-8", "replace") for s in spans]
    columns["start_ns"] += starts
    columns["duration_ns"] += [
        _duration(start, s.end_time_unix_nano) for start, s in zip(starts, spans, strict=True)
    ]
    columns["kind"] += [_KINDS[kind] if 0 <= kind < 6 else _KINDS[0] for kind in kinds]
    columns["status"] += [_STATUSES[code] if 0 <= code < 3 else _STATUSES[0] for code in codes]
    columns["status_message"] += [
        text(status.message) if code else "" for code, status in zip(codes, statuses, strict=True)
    ]
    columns["peer"] += [
        _peer(s.attributes) if kind in _CALLING else ""
        for kind, s in zip(kinds, spans, strict=True)
    ]
    columns["attributes"] += attribute_texts(_members, spans, origin)
    columns["events"] += [_events(events) if (events := s.events) else "[]" for s in spans]
    columns["links"] += [_links(links) if (links := s.links) else "[]" for s in spans]
    add_origin(columns, origin, len(spans))


def _duration(start_ns: int, end_ns: int) -> int:
    """Zero when the span has no end, or its clock was set back while it ran."""
    duration = end_ns - start_ns
    return duration if 0 <= duration < _MAX_DURATION_NS else 0


def _peer(raw: Sequence[bytes]) -> str:
    return min(map(_peers.__getitem__, raw), default=(0, ""))[1]


def _events(events: Sequence[Any]) -> str:
    return json_of(
        [
            {
                "name": text(event.name),
                "time_ns": event.time_unix_nano,
                "attributes": attributes_of(event.attributes[:MAX_ATTRIBUTES]),
            }
            for event in events[:_MAX_EVENTS]
        ]
    )


def _links(links: Sequence[Any]) -> str:
    return json_of(
        [
            {
                "trace_id": link.trace_id.hex(),
                "span_id": link.span_id.hex(),
                "attributes": attributes_of(link.attributes[:MAX_ATTRIBUTES]),
            }
            for link in links[:_MAX_EVENTS]
        ]
    )


def _explain(spans: Sequence[Any], latest: int, decoded: DecodedRequest) -> None:
    for span in spans:
        start = span.start_time_unix_nano
        if len(span.trace_id) != 16 or span.trace_id == _NO_TRACE:
            decoded.rejected["span without a valid trace id (16 bytes, not all zero)"] += 1
        elif len(span.span_id) != 8 or span.span_id == _NO_SPAN:
            decoded.rejected["span without a valid span id (8 bytes, not all zero)"] += 1
        elif not EARLIEST_NS <= start <= latest:
            decoded.rejected[f"span with an unusable start time ({described(start)[:4]})"] += 1
