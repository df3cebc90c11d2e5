"""Where in the code a record was written: what its attributes or its text say."""

from __future__ import annotations

import pytest

from assistant.analysis.logs.sites import label_of, site_of
from tests.builders import a_log


@pytest.mark.parametrize(
    ("body", "site"),
    [
        ("12:00:00.545 INFO  s.c.CartController#31 [query] 3 items", "s.c.CartController#31"),
        ("2026-03-02 12:00:00 ERROR cart.go:57 no such item", "cart.go:57"),
        ("INFO app/handlers.py:31 - served", "app/handlers.py:31"),
        ("CartService:33 checked out", "CartService:33"),
        ("(Cart.java:31) checked out", "Cart.java:31"),
        ("connect to mysql.svc:3306 from 10.0.0.1:8080", ""),
        ("Broker:9092 and localhost:9092 answer", ""),
        ("order#31 belongs to PR#2", ""),
        ("12:00:00 nothing is said", ""),
        ("x" * 200 + " CartService:33", ""),
    ],
)
def test_a_printed_site(body: str, site: str) -> None:
    assert site_of(a_log(body)) == site


def test_attributes_go_before_what_is_printed() -> None:
    said = {"code.file.path": "cart.py", "code.line.number": 7}

    assert site_of(a_log("Cart.java:31 hello", attributes=said)) == "cart.py:7"
    assert site_of(a_log("hello", attributes={"code.filepath": "a.py", "code.lineno": "9"})) == (
        "a.py:9"
    )
    assert site_of(a_log("hello", attributes={"code.file.path": "a.py"})) == ""


def test_without_a_site_the_shape_tells_statements_apart() -> None:
    assert label_of(a_log("order 7 placed", shape="order <num> placed")) == "order <num> placed"
