"""Database errors in Causeway's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from assistant.domain.errors import OperatorError, StorageFull, StoreInUse

_FULL = ("disk is full", "no space left", "disk i/o error", "could not extend file")


@contextmanager
def translated() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise _translation(error) from error


def _translation(error: SQLAlchemyError) -> OperatorError:
    cause = str(getattr(error, "orig", None) or error)
    if "database is locked" in cause:
        return StoreInUse(
            "The records are in use by another process.",
            hint="Stop it, or let the command talk to the running `causeway serve`.",
        )
    if any(sign in cause.lower() for sign in _FULL):
        return StorageFull("There is no room left for the records.", hint="Free disk space.")
    return OperatorError(f"The records cannot be used: {cause}")
