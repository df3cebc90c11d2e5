"""Which metrics there are, with their units and the bounds of their buckets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.llmops import names

# Seconds double from step to step as the conventions advise, and go on: answers take minutes.
_SECONDS = [0.01 * 2**n for n in range(16)]
_FIRST_CHUNK_S = [0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40]
_PER_CHUNK_S = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5]
# Finer than advised (a factor of four) where calls usually are: percentiles are estimated inside a
# bucket, and a prompt that grew by half must show.
_TOKENS = [4.0**n for n in range(4)] + [256 * 2 ** (n / 4) for n in range(41)] + [2.0**20]
_COUNTS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64]
_SHARES = [n / 20 for n in range(21)]

HISTOGRAMS: Mapping[str, tuple[str, Sequence[float]]] = {
    names.CALL_INPUT: ("{token}", _TOKENS),
    names.CALL_OUTPUT: ("{token}", _TOKENS),
    names.DURATION: ("s", _SECONDS),
    names.FIRST_CHUNK: ("s", _FIRST_CHUNK_S),
    names.PER_CHUNK: ("s", _PER_CHUNK_S),
    names.AGENT_DURATION: ("s", _SECONDS),
    names.AGENT_CALLS: ("{call}", _COUNTS),
    names.AGENT_TOOLS: ("{call}", _COUNTS),
    names.TOOL_DURATION: ("s", _SECONDS),
    names.RETRIEVAL_DURATION: ("s", _SECONDS),
    names.QUALITY: ("1", _SHARES),
    names.FAULTS: ("1", _SHARES),
}
COUNTERS: Mapping[str, str] = {
    names.USED_INPUT: "{token}",
    names.USED_OUTPUT: "{token}",
    names.USED_CACHE_READ: "{token}",
    names.USED_CACHE_WRITE: "{token}",
    names.USED_REASONING: "{token}",
    names.COST_TOTAL: "USD",
    names.LEDGER_FAILURES: "{failure}",
}


# Scores that are measured over time: shares, whose rise or fall means something by itself.
METRIC_OF: Mapping[str, str] = {
    "grounded_claims": names.QUALITY,
    "semantic_hit_rate": names.QUALITY,
    "completed": names.QUALITY,
    "feedback": names.QUALITY,
    "hallucination_rate": names.FAULTS,
}
