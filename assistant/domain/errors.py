"""Everything that can go wrong, by who can act on it.

CausewayError
├── CallerError            the request is wrong; saying it differently helps
│   ├── InvalidWindow      end before start, empty, or wholly in the future
│   ├── UnknownService     no telemetry, catalogue entry or change names it (with near names)
│   ├── InvalidRevision    does not look like, or does not resolve to, a revision
│   ├── NotFound           no report, evidence or repository under that id
│   └── InvalidPayload     a body that cannot be read (malformed, wrong type, too deep)
│       └── PayloadTooLarge    over the limit before or after decompression
├── OperatorError          the installation needs attention
│   ├── InvalidSettings    a setting has a value that makes no sense
│   ├── StoreInUse         another process owns the embedded stores
│   ├── StorageFull        the disk, or the store's size limit, is reached
│   └── RepositoryError    missing, corrupt, shallow where depth is needed, or not trusted
└── Overloaded             try again later (carries the seconds to wait)
"""

from __future__ import annotations


class CausewayError(Exception):
    """Anything that Causeway raises on purpose; `hint` says what to do about it."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class CallerError(CausewayError):
    """The request is wrong; saying it differently helps."""


class InvalidWindow(CallerError):
    """End before start, empty, or wholly in the future."""


class UnknownService(CallerError):
    """Nothing names this service; `near` holds the closest known names."""

    def __init__(self, service: str, near: tuple[str, ...] = ()) -> None:
        hint = f"Did you mean {', '.join(near)}?" if near else "`causeway services` lists them."
        super().__init__(f"No service is called {service!r}.", hint=hint)
        self.near = near


class InvalidRevision(CallerError):
    """Does not look like a revision, or does not resolve to one."""


class NotFound(CallerError):
    """No report, evidence or repository under that id."""


class InvalidPayload(CallerError):
    """A body that cannot be read: malformed, of the wrong type, or nested too deep."""


class PayloadTooLarge(InvalidPayload):
    """Over the size limit, before or after decompression."""


class OperatorError(CausewayError):
    """The installation needs attention."""


class InvalidSettings(OperatorError):
    """A setting has a value that makes no sense."""


class StoreInUse(OperatorError):
    """Another process owns the embedded stores."""


class StorageFull(OperatorError):
    """The disk, or the store's own size limit, is reached."""


class RepositoryError(OperatorError):
    """A git repository is missing, corrupt, too shallow or not trusted."""


class Overloaded(CausewayError):
    """The queue is full; nothing was taken. Try again after `retry_after_s`."""

    def __init__(self, message: str, *, retry_after_s: float = 1.0) -> None:
        super().__init__(message, hint=f"Try again in {retry_after_s:g} s.")
        self.retry_after_s = retry_after_s
