"""The one stream of events, and the prose of an answer while it is being written."""

from __future__ import annotations

import json

import pytest

from assistant.domain.conversation import Event, EventKind
from assistant.investigator.events import EventStream, Spoken
from tests.builders import at

SAID = ["Traffic doubled.", 'checkout "waits" \\ of\nit — 95 % 🙂', "", "Ends with a slash \\"]


def test_events_are_numbered_and_timed_in_one_place() -> None:
    heard: list[Event] = []
    emit = EventStream(heard.append, at)
    emit(EventKind.STEP, "reading")
    emit(EventKind.TOOL, "series", tool="series", arguments={"service": "a"})
    assert heard == [
        Event(1, at(), EventKind.STEP, "reading"),
        Event(2, at(), EventKind.TOOL, "series", {"tool": "series", "arguments": {"service": "a"}}),
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 10_000])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_prose_is_read_out_of_json_whatever_the_pieces(size: int, ascii_only: bool) -> None:
    answer = {
        "verdict": "healthy",
        "sentences": [{"text": text, "evidence": ["E1"], "note": '"text"'} for text in SAID],
    }
    written = json.dumps(answer, ensure_ascii=ascii_only)
    spoken = Spoken()
    heard = [spoken.heard(written[n : n + size]) for n in range(0, len(written), size)]
    expected = " ".join(text.replace("\n", " ") for text in SAID)
    assert _whole("".join(heard)) == expected


def _whole(text: str) -> str:
    """Characters outside the basic plane arrive as two escapes."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16")
