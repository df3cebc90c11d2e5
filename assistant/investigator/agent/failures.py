"""What a model or its provider did wrong, in plain words; and whether trying again may help."""

from __future__ import annotations

import re

from langchain.agents.structured_output import StructuredOutputError
from langchain_core.exceptions import ContextOverflowError, ModelError

from assistant.investigator.agent.limits import LimitReached
from assistant.investigator.models import ConfiguredModel
from assistant.investigator.models.troubles import trouble

_BUSY = (408, 409, 425, 429)
_CONTEXT = re.compile(r"\bcontext[ _](?:length|size|window)\b|exceed_context", re.IGNORECASE)


def transient(error: Exception) -> bool:
    """Whether the same request may succeed later: busy, broken or cut off, not refused."""
    if isinstance(error, LimitReached | StructuredOutputError | ContextOverflowError):
        return False
    if (status := _status(error)) is not None:
        return status in _BUSY or status >= 500
    # What is no ModelError comes from the transport: a stream cut off, a body that is no JSON.
    return error.is_retryable if isinstance(error, ModelError) else True


def too_long(error: BaseException) -> bool:
    """Whether the prompt is too long for the model's context. LangChain knows the words of the
    large providers; servers of one's own have others, in a refusal with 400 or 413."""
    if isinstance(error, ContextOverflowError):
        return True
    return _status(error) in (400, 413) and bool(_CONTEXT.search(str(error)))


def retry_after_s(error: Exception) -> float:
    """Seconds that the provider asked to wait (header Retry-After); 0 when it did not."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return max(float(headers.get("retry-after", 0)), 0.0)
    except ValueError:  # an HTTP date: back-off does as well
        return 0.0


def in_words(error: Exception, model: ConfiguredModel, attempts: int = 1) -> str:
    """One line for people: which model, what happened, and how often it was tried."""
    tries = f" ({attempts} attempts)" if attempts > 1 else ""
    return f"{model.model}: {trouble(error, model, lambda: ()).told}{tries}"


def _status(error: BaseException) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None
