"""Errors as RFC 9457 problem details, in both directions: the server writes them, the command
line turns them back into the error they were.

A problem has type, title, status and detail, `hint` (what to do), and for an unknown service
`near` (the closest known names).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from assistant.domain import errors

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:causeway:problem:"

_STATUS: dict[type[errors.CausewayError], int] = {
    errors.InvalidWindow: 422,
    errors.UnknownService: 404,
    errors.InvalidRevision: 422,
    errors.NotFound: 404,
    errors.PayloadTooLarge: 413,
    errors.InvalidPayload: 400,
    errors.CallerError: 400,
    errors.InvalidSettings: 500,
    errors.StoreInUse: 503,
    errors.StorageFull: 507,
    errors.RepositoryError: 500,
    errors.OperatorError: 500,
    errors.Overloaded: 429,
    errors.CausewayError: 500,
}
_KINDS = {kind.__name__: kind for kind in _STATUS}


def problem(status: int, title: str, detail: str, *, hint: str = "") -> dict[str, Any]:
    """A problem that stands for no CausewayError (a wrong method, a refused host)."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
    }
    return document | ({"hint": hint} if hint else {})


def problem_of(error: errors.CausewayError) -> dict[str, Any]:
    kind = next(kind for kind in type(error).__mro__ if kind in _STATUS)
    title = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__).capitalize()
    document = problem(_STATUS[kind], title, str(error), hint=error.hint)
    document["type"] = _TYPE + kind.__name__
    if isinstance(error, errors.UnknownService):
        document["near"] = list(error.near)
    if isinstance(error, errors.Overloaded):
        document["retry_after_s"] = error.retry_after_s
    return document


def headers_of(document: Mapping[str, Any]) -> dict[str, str]:
    """Retry-After is in whole seconds, at least one."""
    if "retry_after_s" not in document:
        return {}
    return {"Retry-After": str(max(1, round(document["retry_after_s"])))}


def error_of(document: Mapping[str, Any]) -> errors.CausewayError:
    """The error behind a problem document; CausewayError when it names none of ours."""
    kind = _KINDS.get(str(document.get("type", "")).removeprefix(_TYPE), errors.CausewayError)
    detail = str(document.get("detail", "The server reported an error."))
    if issubclass(kind, errors.Overloaded):
        return kind(detail, retry_after_s=float(document.get("retry_after_s", 1.0)))
    if issubclass(kind, errors.UnknownService):
        # Its message is made from the name; detail already is that message.
        error = kind("", tuple(document.get("near", ())))
        error.args = (detail,)
        return error
    return kind(detail, hint=str(document.get("hint", "")))
