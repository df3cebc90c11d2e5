"""Whether the two sides of a change do the same: what is written otherwise, renamed, extracted into
a variable or explained does not fail.

Compares what a fragment does (the calls in their order and the blocks they stand in, operators,
literals, attributes), not how it is put. Names that the fragment itself assigns are free, and so
are comments, type annotations and prose: what people read, programs rarely branch on. The idea is
that of refactoring detection on diffs (Tsantalis et al., "RefactoringMiner 2.0", TSE 2020) without
a parser, since a hunk is a fragment.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain

from assistant.analysis.code import hunk_patterns as look
from assistant.analysis.code.outline import Block, Placed, after, before
from assistant.domain.changes import Hunk

_STRING = re.compile(r"""[fFrRbBuU]{0,2}("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)""")
_PROSE = re.compile(r"^(?=.*[A-Za-z]{2}.*\s)[\w\s.,:;!?'’\-–—()/]*$")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_TOKEN = re.compile(r"\.?[A-Za-z_$][\w$]*|\d[\w.]*|[<>=!]=|&&|\|\||->|=>|[-+*/%<>!&|^~?@]")
# A type in a declaration: `pool: Pool = …`, `name: str,`, `-> int:`.
_ANNOTATION = re.compile(
    r"(?<=\w)\s*:\s*[A-Za-z_][\w\[\]., |\"']*(?==[^=])|->\s*[\w\[\]., |\"']+(?=:)"
)
_ASSIGNED = re.compile(
    r"^\s*(?:(?:const|let|var|final|val|auto)\s+)?([A-Za-z_$][\w$]*)\s*(?::=|=(?!=))"
    r"|\bfor\s+([A-Za-z_$][\w$]*)\s+in\b"
)
_ASKS = frozenset(("len", "bool"))  # without effect
_DECLARES = frozenset("const let var final val auto".split())
# Two ways to ask whether there is anything.
_ANY = (
    (re.compile(r"\blen\(([\w.]+)\)\s*(?:>|!=)\s*0\b|\bbool\(([\w.]+)\)"), r"\1\2"),
    (re.compile(r"\blen\(([\w.]+)\)\s*==\s*0\b"), r"not \1"),
)
_TRAILING_COMMENT = re.compile(r"\s+(?:#|//)\s.*$")


def does_the_same(hunk: Hunk) -> bool:
    """Whether both sides of a hunk do the same, as far as a fragment can tell. Where as many lines
    came as went, each has its counterpart; otherwise something may have been extracted, so that
    only what is done, and the order of calls, has to be the same."""
    old, new = before(hunk), after(hunk)
    free = _assigned(old) | _assigned(new)
    if _calls(old, free) != _calls(new, free):
        return False
    was, now = _live(old, free), _live(new, free)
    if len(hunk.added) == len(hunk.removed):
        return Counter(was) == Counter(now)
    return set(chain.from_iterable(was)) == set(chain.from_iterable(now))


def says_the_same(one: str, other: str) -> bool:
    """Whether two lines differ only in prose, comments, annotations or white space."""
    return _doings(one, frozenset()) == _doings(other, frozenset())


def _calls(side: Sequence[Placed], free: frozenset[str]) -> list[tuple[str, object]]:
    """Calls in their order with the blocks they stand in; of a local receiver only the method."""
    return [
        (name.split(".", 1)[-1] if name.split(".")[0] in free else name, _around(placed))
        for placed in side
        if not look.COMMENT.match(placed.line.text)
        for name in placed.calls
        if name not in _ASKS
    ]


def _live(side: Sequence[Placed], free: frozenset[str]) -> list[tuple[str, ...]]:
    """What each line does."""
    live = (p.line.text for p in side if not look.COMMENT.match(p.line.text))
    return [tuple(_doings(text, free)) for text in live]


def _around(placed: Placed) -> frozenset[tuple[Block, int]]:
    return frozenset((b, n) for b, n in placed.around.items() if b is not Block.OTHER)


def _assigned(side: Sequence[Placed]) -> frozenset[str]:
    """Local names that one of the changed lines assigns."""
    found = (_ASSIGNED.search(p.line.text) for p in side if p.line.sign != " ")
    return frozenset(m[1] or m[2] for m in found if m and (m[1] or m[2]).islower())


def _doings(text: str, free: frozenset[str]) -> list[str]:
    """Tokens of a line that make it do what it does, in order."""
    code = _TRAILING_COMMENT.sub("", text)
    for asked, plain in _ANY:
        code = asked.sub(plain, code)
    literals: list[str] = []

    def keep(match: re.Match[str]) -> str:
        body = match[1][1:-1]
        holes = " ".join(_PLACEHOLDER.findall(body)) if "f" in match[0][:2].lower() else ""
        rest = _PLACEHOLDER.sub("", body)
        if look.SQL.search(rest) or not _PROSE.match(rest):
            literals.append(" ".join(rest.split()))
        return f" {holes} "

    code = _ANNOTATION.sub("", _STRING.sub(keep, code))
    tokens = [t for t in _TOKEN.findall(code) if t not in free and t not in _DECLARES]
    return [*tokens, *literals]
