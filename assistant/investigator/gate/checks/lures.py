"""What addresses a reader instead of telling of the incident: links, images, mentions.

They carry no evidence, and text in telemetry asks for them. Quoted, they are what was measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.investigator.gate.grounds import Grounds
from assistant.investigator.gate.reading import Reading

_LURE = re.compile(
    r"\w+://\S+|\bwww\.\S+|\b(?:javascript|mailto|data):\S+|!?\[[^\]]*\]\([^)]*\)"
    r"|<[!@][^>]*>|</?(?:a|img|script|iframe|svg|object|embed|form|link|style|details)\b[^>]*>"
    r"|(?<![\w`.])@[a-zA-Z]\w+"
)


def check_lures(reading: Reading, grounds: Grounds) -> Iterator[str]:
    text = reading.text
    for quote in reading.quotes:
        text = text.replace(quote, "")
    if found := _LURE.search(text):
        yield f"“{found[0]}” is a link, markup or a mention: say what was measured, or quote it."
