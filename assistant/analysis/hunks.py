"""What a hunk does, read from its lines: kinds of change that make software fail.

Works on the text of any language. The kinds follow the defect classes of Orthogonal Defect
Classification (Chillarege et al. 1992: assignment, checking, algorithm, timing, interface,
function) as far as a diff shows them, refined by what operations teams meet in post-mortems.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from rapidfuzz import fuzz

from assistant.analysis.literals import quantities
from assistant.analysis.mechanisms import Mechanism, mechanisms_of
from assistant.domain.changes import Commit, Hunk, Line


class Kind(StrEnum):
    LIMIT_LOWERED = "limit lowered"
    LIMIT_RAISED = "limit raised"
    LEVEL_CHANGED = "log level changed"
    GUARD_REMOVED = "check removed"
    CONDITION_CHANGED = "condition changed"
    CALL_IN_LOOP = "call inside a loop"
    BATCH_REMOVED = "batching removed"
    GROWTH = "collection grows without bound"
    CLEANUP_REMOVED = "clean-up removed"
    CACHE_CHANGED = "caching changed"
    LOCK_ADDED = "lock added"
    DEPENDENCY_CHANGED = "dependency changed"
    ERROR_HANDLING_CHANGED = "error handling changed"
    QUERY_CHANGED = "query changed"
    VALUE_CHANGED = "value changed"
    BLOCKING_ADDED = "waiting or heavy work added"


# Two lines this alike (percent) are one line before and after; hunks longer than this are
# rewritten rather than edited, and pairing their lines would cost the square of their length.
_VERSIONS = 60
_MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """A kind of change with the lines that show it, and what it is about."""

    kind: Kind
    detail: str
    lines: tuple[Line, ...]
    mechanisms: frozenset[Mechanism]


_COMMENT = re.compile(r"^\s*(?://|#(?!\s*\[|include|define)|\*|/\*|--\s|<!--|\"\"\"|''')")
_INERT_SUFFIXES = frozenset(".md .rst .txt .adoc .css .scss .svg .png .jpg .gif .ico .woff".split())
_INERT_PLACES = re.compile(
    r"(^|/)(docs?|tests?|testdata|__tests__|fixtures|examples?)(/|$)|_test\.|\.test\.|(^|/)test_|\.spec\.|(^|/)(LICENSE|CODEOWNERS|\.gitignore|\.editorconfig)"
)
_MANIFEST = re.compile(
    r"(^|/)(go\.(mod|sum)|requirements[\w.-]*\.txt|constraints[\w.-]*\.txt|pyproject\.toml|poetry\.lock"
    r"|uv\.lock|package(-lock)?\.json|yarn\.lock|pnpm-lock\.yaml|Cargo\.(toml|lock)|Gemfile(\.lock)?"
    r"|pom\.xml|build\.gradle(\.kts)?|composer\.(json|lock)|Dockerfile)$"
)
_ASSIGNMENT = re.compile(r"([A-Za-z_][\w.\-\[\]\"']*)\"?\s*(?::=|=|:(?!:)|,|\()\s*")
_GUARD = re.compile(
    r"(?:^|\s|\})(?:if|unless|guard|assert|require|catch|except|rescue)\b|\?\?|\?\.|\.get\(.*,|"
    r"\bor\s+(?:None|\[\]|\{\}|\"\")|Objects\.requireNonNull|len\(|isinstance\("
)
_NULLISH = re.compile(
    r"\b(?:nil|null|None|undefined|NULL|Optional|isEmpty|is_none|isset)\b|\?\.|\?\?"
)
_LOOP = re.compile(
    r"^\s*(?:for|while|foreach)\b|\.(?:forEach|map|each)\(|\bfor\b.*\bin\b|\bgather\("
)
_REMOTE = re.compile(
    r"\b(?:await|\w*(?:client|Client|repo|Repository|store|db|conn|session|cursor|stub|api|http|"
    r"requests|svc|Service|dao|table|rpc)\w*\s*[.(]\s*\w*)|\b(?:Fetch|Get|Query|Exec|Find|Load|Put|"
    r"Post|fetch|query|execute|find|load|select)\w*\("
)
_BATCH = re.compile(r"batch|bulk|many|executemany|gather|chunk|pipeline|IN \(|mget|prefetch", re.I)
_GROW = re.compile(
    r"\bappend\(|\.append\(|\.push\(|\.add\(|\[[^\]]*\w[^\]]*\]\s*(?::=|=)(?!=)|\.put\(|setdefault\(|\+=\s*\["
)
_BOUND = re.compile(
    r"\bevict|\bpop\(|popitem|maxlen|max_?size|\blimit|\bcap\(|\bdelete\b|\bdel\s|\bttl\b|lru|trim|clear\(|expire",
    re.I,
)
_CLEANUP = re.compile(
    r"\b(?:close|release|unlock|cancel|free|dispose|shutdown|evict|delete|pop|clear|rollback|unsubscribe|stop)\w*\s*\(|\bdefer\b|\bfinally\b|\bwith\s|\busing\b",
    re.I,
)
_LOCK = re.compile(
    r"(?<![A-Za-z])(?:lock|mutex|synchronized|semaphore|acquire|exclusive|serializable"
    r"|FOR UPDATE)\w*\b",
    re.I,
)
_CACHE = re.compile(r"cache|memo|ttl|lru", re.I)
_LEVEL = re.compile(r"\b(trace|debug|info|warn|warning|error)\b", re.I)
_LEVEL_KEY = re.compile(r"log|level|verbos", re.I)
_ERROR = re.compile(
    r"\b(?:catch|except|rescue|recover|raise|throw|panic|err\b|error|fallback|default:)|return\s+(?:nil|None|null)",
    re.I,
)
_SQL = re.compile(
    r"\b(?:SELECT|INSERT|UPDATE|DELETE|JOIN|WHERE|ORDER BY|INDEX|ALTER|CREATE TABLE)\b"
)
_BLOCKING = re.compile(
    r"\bsleep\(|time\.Sleep|Thread\.sleep|\.join\(|\.wait\(|re\.compile|MustCompile|json\.dumps|Marshal|deepcopy|sorted\(|pbkdf2|bcrypt|sha\d+\(|fsync",
    re.I,
)
_COMPARISON = re.compile(
    r"<=|>=|==|!=|<|>|\bnot\b|!(?!=)|\b(?:Before|After|Equal|and|or|is|in)\b|&&|\|\|"
)


def is_inert(hunk: Hunk) -> bool:
    """Whether a hunk cannot change what runs: documentation, tests, style sheets, comments and
    white space only, or lines that only moved. A hunk without lines is never inert."""
    if is_inert_path(hunk.path):
        return True
    if not hunk.lines:
        return False
    added, removed = _code(hunk.added), _code(hunk.removed)
    return Counter(added) == Counter(removed)


def is_inert_path(path: str) -> bool:
    """Whether a file is documentation, a test, a style sheet or a picture by its place or name."""
    inert = _INERT_PLACES.search(path) or PurePosixPath(path).suffix.lower() in _INERT_SUFFIXES
    return bool(inert) and not _MANIFEST.search(path)


def _code(lines: Sequence[Line]) -> list[str]:
    stripped = (re.sub(r"\s+", "", line.text) for line in lines if not _COMMENT.match(line.text))
    return [text for text in stripped if text]


def findings(commit: Commit) -> list[Finding]:
    """What the hunks of a commit do, inert ones left out."""
    return [f for hunk in commit.hunks or () if not is_inert(hunk) for f in hunk_findings(hunk)]


def hunk_findings(hunk: Hunk) -> list[Finding]:
    """Every kind of change that one hunk shows."""
    found: list[Finding] = []
    for read in _READERS:
        found += read(hunk)
    return found


def _finding(hunk: Hunk, kind: Kind, detail: str, lines: Sequence[Line]) -> Finding:
    text = " ".join([*(line.text for line in lines), hunk.symbol, PurePosixPath(hunk.path).stem])
    return Finding(kind, detail, tuple(lines), frozenset(mechanisms_of(text)))


def pairs(hunk: Hunk) -> Iterator[tuple[Line, Line]]:
    """Removed and added lines that are versions of one another, by likeness (indel ratio)."""
    free = list(hunk.added[:_MOST_LINES])
    for old in hunk.removed[:_MOST_LINES]:
        likeness = [fuzz.ratio(old.text, new.text) for new in free]
        if likeness and max(likeness) >= _VERSIONS:
            yield old, free.pop(likeness.index(max(likeness)))


def _numbers(hunk: Hunk) -> Iterator[Finding]:
    for old, new in pairs(hunk):
        before, after = quantities(old.text), quantities(new.text)
        if _MANIFEST.search(hunk.path) or _COMMENT.match(new.text) or len(before) != len(after):
            continue
        for was, now in zip(before, after, strict=True):
            if was.value != now.value and was.unit == now.unit:
                kind = Kind.LIMIT_LOWERED if now.value < was.value else Kind.LIMIT_RAISED
                name = _ASSIGNMENT.search(new.text)
                label = name.group(1) if name else new.text.strip()[:40]
                yield _finding(hunk, kind, f"{label}: {was.text} → {now.text}", (old, new))


def _levels(hunk: Hunk) -> Iterator[Finding]:
    for old, new in pairs(hunk):
        before, after = _LEVEL.search(old.text), _LEVEL.search(new.text)
        about_logging = (
            _LEVEL_KEY.search(new.text.replace(after.group(0), "", 1)) if after else None
        )
        if before and after and about_logging and before.group(1).lower() != after.group(1).lower():
            detail = f"{before.group(1)} → {after.group(1)}"
            yield _finding(hunk, Kind.LEVEL_CHANGED, detail, (old, new))


def _guards(hunk: Hunk) -> Iterator[Finding]:
    added = "\n".join(line.text for line in hunk.added)
    gone = [
        line for line in hunk.removed if _GUARD.search(line.text) and not _COMMENT.match(line.text)
    ]
    gone = [line for line in gone if line.text.strip() not in added]
    fewer = len(gone) > sum(bool(_GUARD.search(line.text)) for line in hunk.added)
    if gone and fewer:
        about_null = any(_NULLISH.search(line.text) for line in gone)
        detail = gone[0].text.strip()[:80]
        finding = _finding(hunk, Kind.GUARD_REMOVED, detail, gone)
        extra = {Mechanism.NULL, Mechanism.CRASH} if about_null else set[Mechanism]()
        yield Finding(finding.kind, detail, finding.lines, finding.mechanisms | extra)


def _conditions(hunk: Hunk) -> Iterator[Finding]:
    for old, new in pairs(hunk):
        if Counter(_COMPARISON.findall(old.text)) != Counter(_COMPARISON.findall(new.text)) and (
            _GUARD.search(old.text) or _GUARD.search(new.text) or "return" in new.text
        ):
            detail = f"{old.text.strip()[:60]} → {new.text.strip()[:60]}"
            yield _finding(hunk, Kind.CONDITION_CHANGED, detail, (old, new))


def _loops(hunk: Hunk) -> Iterator[Finding]:
    inside, indent = None, -1
    for line in hunk.lines:
        depth = len(line.text) - len(line.text.lstrip())
        if inside is not None and line.text.strip() and depth <= indent:
            inside = None
        if line.sign != "-" and _LOOP.search(line.text):
            inside, indent = line, depth
        elif inside is not None and line.sign == "+" and _REMOTE.search(line.text):
            yield _finding(hunk, Kind.CALL_IN_LOOP, line.text.strip()[:80], (inside, line))
            inside = None


def _batches(hunk: Hunk) -> Iterator[Finding]:
    gone = [line for line in hunk.removed if _BATCH.search(line.text)]
    if gone and not any(_BATCH.search(line.text) for line in hunk.added):
        yield _finding(hunk, Kind.BATCH_REMOVED, gone[0].text.strip()[:80], gone)


def _growth(hunk: Hunk) -> Iterator[Finding]:
    grows = [line for line in hunk.added if _GROW.search(line.text)]
    bounded = any(_BOUND.search(line.text) for line in hunk.lines if line.sign != "-")
    if grows and not bounded:
        finding = _finding(hunk, Kind.GROWTH, grows[0].text.strip()[:80], grows)
        yield Finding(
            finding.kind, finding.detail, finding.lines, finding.mechanisms | {Mechanism.MEMORY}
        )


def _lost_or_new(
    pattern: re.Pattern[str], kind: Kind, *, lost: bool
) -> Callable[[Hunk], Iterator[Finding]]:
    def read(hunk: Hunk) -> Iterator[Finding]:
        ours, theirs = (hunk.removed, hunk.added) if lost else (hunk.added, hunk.removed)
        count = Counter(m.lower() for line in theirs for m in pattern.findall(line.text))
        hit = [
            line for line in ours if any(count[m.lower()] == 0 for m in pattern.findall(line.text))
        ]
        hit = [line for line in hit if not _COMMENT.match(line.text)]
        if hit:
            yield _finding(hunk, kind, hit[0].text.strip()[:80], hit)

    return read


def _dependencies(hunk: Hunk) -> Iterator[Finding]:
    if _MANIFEST.search(hunk.path) and hunk.lines:
        lines = [line for line in hunk.lines if line.sign != " "]
        finding = _finding(hunk, Kind.DEPENDENCY_CHANGED, lines[-1].text.strip()[:80], lines)
        about = finding.mechanisms | {Mechanism.DEPENDENCY}
        yield Finding(finding.kind, finding.detail, finding.lines, about)


def _values(hunk: Hunk) -> Iterator[Finding]:
    for old, new in pairs(hunk):
        named = _ASSIGNMENT.match(old.text.strip()), _ASSIGNMENT.match(new.text.strip())
        if (
            named[0]
            and named[1]
            and named[0].group(1) == named[1].group(1)
            and old.text != new.text
        ):
            yield _finding(hunk, Kind.VALUE_CHANGED, new.text.strip()[:80], (old, new))


_READERS: tuple[Callable[[Hunk], Iterator[Finding]], ...] = (
    _numbers,
    _levels,
    _guards,
    _conditions,
    _loops,
    _batches,
    _growth,
    _dependencies,
    _values,
    _lost_or_new(_CLEANUP, Kind.CLEANUP_REMOVED, lost=True),
    _lost_or_new(_LOCK, Kind.LOCK_ADDED, lost=False),
    _lost_or_new(_CACHE, Kind.CACHE_CHANGED, lost=True),
    _lost_or_new(_ERROR, Kind.ERROR_HANDLING_CHANGED, lost=True),
    _lost_or_new(_SQL, Kind.QUERY_CHANGED, lost=False),
    _lost_or_new(_BLOCKING, Kind.BLOCKING_ADDED, lost=False),
)
