"""Which timestamps can be believed."""

from __future__ import annotations

from datetime import UTC, datetime

from assistant.domain.window import NANOSECONDS, from_ns, to_ns

# Telemetry is younger than this; what is older is a broken clock or a misread number.
EARLIEST_NS = to_ns(datetime(2000, 1, 1, tzinfo=UTC))
# Recordings are replayed and clocks run ahead by hours, so the near future is let in; 2038, 2099
# and the end of 64 bits are not.
AHEAD_NS = 5 * 365 * 86_400 * NANOSECONDS


def latest_ns(received_ns: int) -> int:
    return received_ns + AHEAD_NS


def believable(time_ns: int, received_ns: int) -> bool:
    return EARLIEST_NS <= time_ns <= received_ns + AHEAD_NS


def described(time_ns: int) -> str:
    """For a message to a person: a date when the number has one (OTLP's unsigned 64 bits also
    carry times before 1970, as their two's complement)."""
    signed = time_ns - 2**64 if time_ns >= 2**63 else time_ns
    return from_ns(signed).isoformat()
