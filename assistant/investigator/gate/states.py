"""States in which somebody is said to be well: 'stayed available', 'was idle', 'unharmed'."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.investigator.gate.cues import Cue, inflected
from assistant.investigator.gate.lexicon.health import HARMED, LINKING, WELL
from assistant.investigator.gate.reading import Reading

_APART = 3  # words between the verb and the state


def states_of_health(reading: Reading) -> Iterator[Cue]:
    """Where a sentence says so, at the verb or at the word itself."""
    harmed = {inflected(word) for word in HARMED}
    for number, token in enumerate(reading.tokens):
        if token.word.startswith("un") and inflected(token.word[2:]) in harmed:
            yield Cue(token.start, token.end, token.word)
        if token.word not in WELL:
            continue
        linking = [t for t in reading.tokens[max(0, number - _APART) : number] if t.word in LINKING]
        if linking:
            yield Cue(token.start, token.end, f"{linking[-1].word} {token.word}")
