"""A machine that is short of something, by its own account."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.analysis.causes.operational.cause import OperationalCause, Profile, part, weigh
from assistant.analysis.causes.operational.clues import Clues, measured
from assistant.analysis.code.mechanisms import Mechanism
from assistant.domain.signals import Signal

_OF_MACHINE = re.compile(
    r"node|host|steal|system[._](?!disk|filesystem)|iowait|run.?queue", re.IGNORECASE
)
_PROFILE = Profile("node_trouble", "reschedule", frozenset({Mechanism.CPU}))


def node_trouble(clues: Clues) -> Iterator[OperationalCause]:
    """Services that share a node suffer together while its resources are short."""
    short = [
        a
        for a in clues.rising
        if a.window.signal is Signal.RESOURCE and _OF_MACHINE.search(a.window.key.name)
    ]
    early = [a for a in short if clues.began(a)]
    if not early:
        return
    crowd = {a.window.service for a in short}
    parts = [
        part("short of a resource", 2.0, measured(early[0]), [a.window.id for a in early]),
        part("several feel it", 1.5, f"{len(crowd)} services", value=(len(crowd) - 1) / 3),
    ]
    yield weigh(_PROFILE, "The machine is short of a resource", early[0].window.service, parts)
