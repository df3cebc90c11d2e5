"""Time: aware UTC datetimes for people, integer nanoseconds for signals, half-open windows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from assistant.domain.errors import InvalidWindow

NANOSECONDS = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


# What 64 bits of nanoseconds around the epoch hold, in whole years.
_FIRST = datetime(1700, 1, 1, tzinfo=UTC)
_LAST = datetime(2262, 1, 1, tzinfo=UTC)


def to_ns(moment: datetime) -> int:
    """Nanoseconds since the epoch; exact for every microsecond."""
    return ((moment - _EPOCH) // timedelta(microseconds=1)) * 1000


def from_ns(nanoseconds: int) -> datetime:
    """The aware UTC datetime, cut to whole microseconds."""
    return _EPOCH + timedelta(microseconds=nanoseconds // 1000)


@dataclass(frozen=True, slots=True, order=True)
class TimeWindow:
    """A half-open interval: the start belongs to it, the end does not."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise InvalidWindow("A window needs times with a zone.", hint="Append Z or +00:00.")
        if self.end <= self.start:
            raise InvalidWindow(
                f"The window ends ({self.end.isoformat()}) before it starts "
                f"({self.start.isoformat()}), or is empty.",
                hint="Give an end that is later than the start.",
            )
        if self.start < _FIRST or self.end > _LAST:
            raise InvalidWindow(
                "Nanoseconds cannot tell such times.", hint="Give times from 1700 to 2262."
            )

    @classmethod
    def of_ns(cls, start_ns: int, end_ns: int) -> TimeWindow:
        return cls(from_ns(start_ns), from_ns(end_ns))

    @classmethod
    def around(cls, moment: datetime, before: timedelta, after: timedelta) -> TimeWindow:
        return cls(moment - before, moment + after)

    @property
    def start_ns(self) -> int:
        return to_ns(self.start)

    @property
    def end_ns(self) -> int:
        return to_ns(self.end)

    @property
    def duration(self) -> timedelta:
        return self.end - self.start

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def overlaps(self, other: TimeWindow) -> bool:
        return self.start < other.end and other.start < self.end

    def extended(
        self, *, before: timedelta = timedelta(0), after: timedelta = timedelta(0)
    ) -> TimeWindow:
        return TimeWindow(self.start - before, self.end + after)
