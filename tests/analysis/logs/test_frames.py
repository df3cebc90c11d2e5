"""Places in code that telemetry points at."""

from __future__ import annotations

import pytest

from assistant.analysis.logs.frames import (
    frames_in,
    frames_of_log,
    frames_of_span,
    points_into,
)
from assistant.analysis.logs.stacks import Frame
from tests.builders import a_hunk, a_log, a_span


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        (
            'File "/app/shop/pay.py", line 12, in charge',
            Frame("/app/shop/pay.py", 12, "charge"),
        ),
        (
            "at com.shop.Pay.charge(Pay.java:12)",
            Frame("Pay.java", 12, "com.shop.Pay.charge"),
        ),
        ("at charge (/app/src/pay.ts:12:7)", Frame("/app/src/pay.ts", 12, "charge")),
        ("\t/src/shop/pay.go:12 +0x1d", Frame("/src/shop/pay.go", 12)),
    ],
)
def test_frames_of_many_languages(text: str, frame: Frame) -> None:
    assert frame in frames_in(text)


def test_library_frames_are_left_out() -> None:
    assert frames_in('File "/venv/lib/site-packages/aiohttp/web.py", line 3, in run') == []


def test_code_attributes_and_exception_events_are_frames() -> None:
    span = a_span(
        attributes={"code.file.path": "shop/pay.py", "code.line.number": 12},
        events=[{"attributes": {"exception.stacktrace": 'File "shop/tax.py", line 4, in rate'}}],
    )
    log = a_log("boom", attributes={"exception.stacktrace": 'File "shop/tax.py", line 4, in rate'})

    assert [f.path for f in frames_of_span(span)] == ["shop/pay.py", "shop/tax.py"]
    assert [f.line for f in frames_of_log(log)] == [4]


def test_a_frame_points_into_a_hunk_by_line_or_by_function() -> None:
    hunk = a_hunk("", "a = 1\nb = 2", path="shop/pay.py", symbol="def charge(order):")

    assert points_into([Frame("/app/shop/pay.py", 11)], hunk)
    assert points_into([Frame("/app/shop/pay.py", 99, "charge")], hunk)
    assert not points_into([Frame("/app/shop/pay.py", 99, "refund")], hunk)
    assert not points_into([Frame("/app/other/tax.py", 11)], hunk)
