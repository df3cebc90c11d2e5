"""What a sentence denies: its negations, and how far each of them reaches.

A negative subject ('none of the calls', 'nothing in the log') reaches to the end of its main
clause, also over a parenthesis between commas; any other negation to the end of its own clause.
Two negations over the same word cancel out; 'nor' takes over from 'neither', and what is excepted
('unlike', 'apart from') is not reached."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_NEGATIVE = re.compile(
    r"\b(?:(?P<subject>not (?:a single|one|a|any) |none\b|no (?!longer\b|one\b)|no one\b|nothing\b"
    r"|nobody\b|neither\b|nor (?:does|do|did|is|are|was|were|has|have|can|could)\b)"
    r"|not\b|no\b|never\b|nor\b|nowhere\b|cannot\b|hardly\b|barely\b|scarcely\b"
    r"|\w+n't\b|fail(?:s|ed)? to\b|far from\b|rather than\b|instead of\b|unable to\b|without\b"
    r"|free (?:of|from)\b|devoid of\b|clear of\b|absence of\b|lacks?\b)"
)
# 'Nothing but errors', 'not only', 'no more than 5', 'not all of them' deny nothing.
_NO_DENIAL = re.compile(
    r" ?(?:but|only|just|else|merely|other than|(?:more|less|fewer|later|earlier|sooner) than|"
    r"end\b|until|doubt|wonder|surprise|quite|all|every|everything|entirely|wholly|solely)\b"
)
_OPENS = re.compile(
    r"(?:^|[,;:—(]|\b(?:and|but|while|so|then|that|since|because|though|although|when|where|if|"
    r"there (?:is|are|was|were)|there has been|with|by now|yet|still|in all)) *$"
)
_STRONG = re.compile(
    r"[;:—]|,? \b(?:but|while|whereas|though|although|because|since|so|yet|when|where|until)\b"
    r"|, (?:and|which|as)\b"
)
_ENDS = re.compile(
    r"\b(?:nor|except|apart from|other than|save for|but for|besides|unlike|aside from|excepting)\b"
)

_EXCEPT = re.compile(r"\b(?:except|apart from|other than|save for|but for|aside from)\b")
_UNTIL = re.compile(r"\buntil\b")
_VERBAL = frozenset(("not", "didn't", "doesn't", "don't", "hasn't", "haven't", "hadn't"))
_WEAK = frozenset(("hardly", "barely", "scarcely"))


@dataclass(frozen=True, slots=True)
class Denial:
    """A negation at [start, end), and how far it `reaches`; `subject` when it is one ('no', 'none
    of', 'nothing')."""

    start: int
    end: int
    reaches: int
    word: str
    subject: bool

    @property
    def weak(self) -> bool:
        return self.word in _WEAK

    def covers(self, position: int) -> bool:
        return self.end <= position < self.reaches


def denials(text: str, clauses: Sequence[tuple[int, int]]) -> tuple[Denial, ...]:
    """In order. `clauses` are the parts of the text as (start, end)."""
    return tuple(_denials(text.lower(), clauses))


def _denials(text: str, clauses: Sequence[tuple[int, int]]) -> Iterator[Denial]:
    for match in _NEGATIVE.finditer(text):
        start, end = match.span()
        word = match[0].strip()
        if _NO_DENIAL.match(text, end) and word != "without":
            continue
        opens = match["subject"] is not None and _OPENS.search(text[:start]) is not None
        if opens:
            stop = next((m.start() for m in _STRONG.finditer(text, end)), len(text))
        else:
            ends = [b for _, b in clauses if b > end + 1]  # 'is not where it arose' goes on
            stop = ends[0] if ends else len(text)
        if word in _VERBAL and _UNTIL.search(text, end, stop):
            continue  # 'did not fail until 14:00': then it did
        if opens and _EXCEPT.search(text, end, stop):
            continue  # 'none other than', 'nothing except': the rest is asserted of one
        if over := _ENDS.search(text, end, stop):
            stop = over.start()
        yield Denial(start, end, stop, word, opens)
