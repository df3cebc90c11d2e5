"""OTLP requests as columns of the domain: pure, and the hot path of ingest.

What is a column of its own (service, instance, version, node) comes from the resource; the other
resource attributes join those of spans and log records, but not those of metric points, where
attributes tell streams apart. Times that cannot be believed and values that are no numbers are
never dropped silently: the response says how many rows were refused, and why.
"""

from __future__ import annotations

from integrations.sources.otlp.decoded import DecodedRequest
from integrations.sources.otlp.json_encoding import to_protobuf
from integrations.sources.otlp.logs import read_logs
from integrations.sources.otlp.metrics import read_metrics
from integrations.sources.otlp.spans import read_spans
from integrations.sources.otlp.wire import OtlpSignal, parse

_READERS = {
    OtlpSignal.TRACES: read_spans,
    OtlpSignal.METRICS: read_metrics,
    OtlpSignal.LOGS: read_logs,
}


def decode(
    signal: OtlpSignal, body: bytes, *, received_ns: int, json: bool = False
) -> DecodedRequest:
    """A request body (protobuf, or OTLP's JSON) as columns. `received_ns` is the time of receipt:
    it bounds believable times and stands in for a log's missing one. Raises InvalidPayload when
    the body cannot be read at all; single rows that cannot be used are in `rejected`."""
    message = parse(signal, to_protobuf(signal, body) if json else body)
    decoded = DecodedRequest(signal)
    _READERS[signal](message, decoded, received_ns)
    return decoded
