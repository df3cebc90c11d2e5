"""What went wrong between us and a model's server, and what its operator can do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.investigator.models import ConfiguredModel

_MOST_NAMES = 8
_MOST_WORDS = 160  # characters of a server's own


@dataclass(frozen=True, slots=True)
class Trouble:
    """`refused`: the server understood and does not want; `passing`: it may work later."""

    told: str
    todo: str
    refused: bool = False
    passing: bool = False


def trouble(
    error: Exception, model: ConfiguredModel, listed: Callable[[], tuple[str, ...]]
) -> Trouble:
    """In plain words; a server's own only where they cannot quote the key."""
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return _answered(status, error, model, listed)
    name = type(error).__name__
    where = model.settings.base_url or "the provider"
    if "Timeout" in name:
        return Trouble(
            f"no answer within {model.settings.timeout_s:g} s",
            f"Is {where} up? A slow model needs a larger timeout_s.",
            passing=True,
        )
    if "Connection" in name:
        return Trouble(
            f"{where} cannot be reached, or broke the connection off",
            "Start the server, or correct base_url (CAUSEWAY_MODEL_URL).",
            passing=True,
        )
    return Trouble(
        "what came back is no answer of this protocol",
        f"Does {where} speak it? The base_url of most servers ends in /v1.",
    )


def _answered(
    status: int,
    error: Exception,
    model: ConfiguredModel,
    listed: Callable[[], tuple[str, ...]],
) -> Trouble:
    if status == 401:
        return Trouble("the key is refused (401)", _key_hint(model))
    if status == 403:
        return Trouble("the key may not use this model (403)", _key_hint(model))
    if status == 404:
        return Trouble(f"it knows no model {model.model!r} (404)", _names_hint(listed))
    if status == 429:
        todo = "Wait, or raise the limit or the quota at the provider."
        return Trouble("over its rate limit or quota (429)", todo, passing=True)
    if status >= 500:
        return Trouble(f"the server failed ({status})", "Look at its log.", passing=True)
    said = model.without_key(_own(error))
    return Trouble(f"refused ({status}): {said}", "See what it says.", refused=True)


def _key_hint(model: ConfiguredModel) -> str:
    return f"Check {model.settings.key_variable or 'api_key'} of the model {model.name!r}."


def _names_hint(listed: Callable[[], tuple[str, ...]]) -> str:
    try:
        names = tuple(printable(name, 60) for name in listed())
    except Exception:  # noqa: BLE001  a server without that list is told in the hint
        names = ()
    if not names:
        return "Correct the model's name, or base_url (that of most servers ends in /v1)."
    more = ", …" if len(names) > _MOST_NAMES else ""
    return f"The server has {', '.join(names[:_MOST_NAMES])}{more}."


def _own(error: Exception) -> str:
    body = getattr(error, "body", None)
    message = body.get("message") if isinstance(body, dict) else None
    return printable(str(message or type(error).__name__), _MOST_WORDS)


def printable(text: str, most: int) -> str:
    """On one line, without what would steer a terminal, at most so many characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= most else line[: most - 1] + "…"
