"""Errors cross the API and come out as the same errors."""

from __future__ import annotations

import pytest

from assistant.api.problems import error_of, headers_of, problem_of
from assistant.domain.errors import (
    CausewayError,
    InvalidWindow,
    NotFound,
    Overloaded,
    PayloadTooLarge,
    StorageFull,
    UnknownService,
)


def test_a_problem_says_what_to_do() -> None:
    assert problem_of(UnknownService("chekout", ("checkout",))) == {
        "type": "urn:causeway:problem:UnknownService",
        "title": "Unknown service",
        "status": 404,
        "detail": "No service is called 'chekout'.",
        "hint": "Did you mean checkout?",
        "near": ["checkout"],
    }


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidWindow("ends before it starts", hint="turn it round"), 422),
        (NotFound("no such report"), 404),
        (PayloadTooLarge("too large", hint="send less"), 413),
        (UnknownService("chekout", ("checkout", "cart")), 404),
        (StorageFull("disk full"), 507),
        (Overloaded("queue full", retry_after_s=3), 429),
    ],
)
def test_there_and_back(error: CausewayError, status: int) -> None:
    document = problem_of(error)
    back = error_of(document)
    assert document["status"] == status
    assert (type(back), str(back), back.hint) == (type(error), str(error), error.hint)


def test_an_overloaded_server_says_when_to_come_back() -> None:
    assert headers_of(problem_of(Overloaded("full", retry_after_s=0.2))) == {"Retry-After": "1"}
    assert headers_of(problem_of(NotFound("gone"))) == {}


def test_a_foreign_problem_is_still_an_error_with_its_detail() -> None:
    error = error_of({"type": "about:blank", "detail": "Not allowed."})
    assert (type(error), str(error)) == (CausewayError, "Not allowed.")
