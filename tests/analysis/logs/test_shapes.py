"""Input and expected shape side by side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.analysis.logs.shapes import MAX_LENGTH, fill_shapes, shape_of
from tests.builders import a_batch, a_log


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        ("order 12345 placed in 34ms", "order <num> placed in <duration>"),
        ("used 1.5GiB (87%) after 1m30s", "used <size> (<num>) after <duration>"),
        ("user 7d9f8b6c-1111-2222-3333-444455556666 left", "user <uuid> left"),
        ("trace 4bf92f3577b34da6a3ce929d0e0e4736 ended", "trace <hex> ended"),
        ("at 0x7ffde4 in commit a1b2c3d", "at <hex> in commit <hex>"),
        ("connect 10.1.2.3:8080: ECONNREFUSED", "connect <ip>: ECONNREFUSED"),
        ("fe80::1ff:fe23:4567:890a is up", "<ip> is up"),
        ("2026-03-02 12:00:00,123 ready", "<time> ready"),
        ("2026-03-02T12:00:00.123Z ready", "<time> ready"),
        ("mail to bob.x@example.com bounced", "mail to <email> bounced"),
        ("GET /orders/81?user=bob&q=tea 12", "GET /orders/<num>?user=<*>&q=<*> <num>"),
        ("pod cart-5b7d9f8c4d-x2k4j gone", "pod cart-<pod> gone"),
        ("session ord_8f3kZ91q closed", "session ord_<id> closed"),
        ("\x1b[31mdisk full\x1b[0m", "disk full"),
        ("'NoneType' object has no 'price'", "'NoneType' object has no 'price'"),
        ("x509: s3 over http2 at p95", "x509: s3 over http2 at p95"),
        ('"GET / HTTP/1.1" 503 12', '"GET / HTTP/1.1" 503 <num>'),
        ("upstream returned 502, retry 3", "upstream returned 502, retry <num>"),
        ('{"status":500,"items":31}', '{"status":500,"items":<num>}'),
        ("", ""),
    ],
)
def test_variable_parts_are_masked_and_meaning_stays(body: str, shape: str) -> None:
    assert shape_of(body) == shape


def test_a_stack_trace_becomes_its_exception_and_own_frame_without_the_line() -> None:
    body = (
        "cannot place order 81\n"
        "Traceback (most recent call last):\n"
        '  File "/app/shop/cart.py", line 12, in total\n'
        "    return price(item)\n"
        '  File "/usr/lib/python3.11/json/decoder.py", line 355, in decode\n'
        "ValueError: bad price 12\n"
    )
    assert shape_of(body) == (
        "cannot place order <num> | ValueError: bad price <num> | at total (/app/shop/cart.py)"
    )


def test_other_bodies_of_several_lines_become_one_line() -> None:
    assert shape_of('{\n  "a": 1,\n  "b": 2\n}') == '{ "a": <num>, "b": <num>'


def test_ingest_fills_the_shape_column_in_place() -> None:
    batch = a_batch(a_log("took 3ms"), a_log("took 4ms"))
    fill_shapes(batch)
    assert batch.logs["shape"] == ["took <duration>", "took <duration>"]


@given(st.text(max_size=2000))
def test_any_text_has_a_short_shape_on_one_line(body: str) -> None:
    shape = shape_of(body)
    assert len(shape) <= MAX_LENGTH
    assert "\n" not in shape


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_numbers_never_tell_two_shapes_apart(one: int, other: int) -> None:
    assert shape_of(f"paid {one} of {other}") == shape_of(f"paid {other} of {one}")
