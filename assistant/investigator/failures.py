"""What a model or its provider did wrong, in plain words; and whether trying again may help."""

from __future__ import annotations

from langchain.agents.structured_output import StructuredOutputError
from langchain_core.exceptions import ContextOverflowError, ModelError

from assistant.investigator.limits import LimitReached

_BUSY = (408, 409, 425, 429)
_MOST_DETAIL = 200  # characters of a provider's own words


def transient(error: Exception) -> bool:
    """Whether the same request may succeed later: busy, broken or cut off, not refused."""
    if isinstance(error, LimitReached | StructuredOutputError | ContextOverflowError):
        return False
    if (status := _status(error)) is not None:
        return status in _BUSY or status >= 500
    # What is no ModelError comes from the transport: a stream cut off, a body that is no JSON.
    return error.is_retryable if isinstance(error, ModelError) else True


def retry_after_s(error: Exception) -> float:
    """Seconds that the provider asked to wait (header Retry-After); 0 when it did not."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return max(float(headers.get("retry-after", 0)), 0.0)
    except ValueError:  # an HTTP date: back-off does as well
        return 0.0


def in_words(error: Exception, model: str, attempts: int = 1) -> str:
    """One line for people: who, what, and how often it was tried. Never the provider's words on a
    refused key: they may quote it."""
    tries = f" ({attempts} attempts)" if attempts > 1 else ""
    status = _status(error)
    said = {
        401: "refused the API key (401)",
        403: "does not allow this key to use it (403)",
        429: "is over its rate limit (429)",
    }.get(status or 0)
    if said is None and status is not None:
        said = f"failed (HTTP {status})" if status >= 500 else f"refused ({status}): {_own(error)}"
    if said is None:
        name = type(error).__name__
        if "Timeout" in name:
            said = "did not answer in time"
        elif "Connection" in name:
            said = "cannot be reached"
        else:
            said = f"sent what cannot be read ({name}: {_own(error)})"
    return f"{model} {said}{tries}"


def _status(error: Exception) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def _own(error: Exception) -> str:
    body = getattr(error, "body", None)
    message = body.get("message") if isinstance(body, dict) else None
    return " ".join(str(message or error).split())[:_MOST_DETAIL]
