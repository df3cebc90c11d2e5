"""The shape of a log body: its words, with the parts that vary masked.

Masking before grouping is the usual preprocessing of log parsers (Zhu et al., "Tools and
Benchmarks for Automated Log Parsing", ICSE-SEIP 2019); here it is the whole identity of a record,
so it is stateless: the same body has the same shape in every process and release of the data.
"""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.analysis.logs.stacks import stack_trace
from assistant.domain.signals import SignalBatch

MAX_LENGTH = 300
_LONGEST_READ = 4096  # characters of a body that are looked at
_CACHED_BODY = 512

_VARIABLE = re.compile(
    r"""
    (?P<keep>(?i:status(?:[_-]?code)?["']?[=:])[1-5]\d\d(?!\d) | HTTP/\d(?:\.\d)?)
  | (?P<uuid>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})
  | (?P<time>\d{4}[-/]\d\d[-/]\d\d(?:[T_]?\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?
       | \d\d/[A-Z][a-z]{2}/\d{4}(?::\d\d){3} | (?<![\d:])\d\d:\d\d:\d\d(?:[.,]\d+)?Z?(?![:\d]))
  | (?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)
  | (?P<query>(?<=[?&])[\w.\[\]-]+=)[^&\s"'<>]*
  | (?P<ip>(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?![\w.]\d)
       | (?<![\w:])(?:[0-9a-fA-F]{0,4}:){4,7}[0-9a-fA-F]{0,4}(?![\w:]))
  | (?P<pod>(?<=[a-z0-9])-(?=[a-z]*\d)[a-z0-9]{8,10}-[a-z0-9]{5}(?![\w-]))
  | (?P<hex>0x[0-9a-fA-F]+
       | (?<![A-Za-z0-9])(?=[a-fA-F]*\d)(?=\d*[a-fA-F])[0-9a-fA-F]{7,}(?![A-Za-z0-9]))
  | (?P<id>(?<![A-Za-z0-9])(?=[A-Za-z]*\d+[A-Za-z]+\d)[A-Za-z0-9]{8,}(?![A-Za-z0-9]))
  | (?P<duration>(?<![\w.])(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h|d)){1,4}(?!\w))
  | (?P<size>(?<![\w.])\d+(?:\.\d+)?(?:[KMGTkmgt]i?[Bb]?|B)(?!\w))
  | (?P<num>(?<![A-Za-z0-9])(?:(?<![\w.)\]>])[-+])?\d+(?:[.,]\d+)*(?:[eE][-+]?\d+)?%?
       | (?<=[A-Za-z])\d{4,})
    """,
    re.VERBOSE,
)
_SPLIT_TIME = re.compile(r"<time>(?: <time>)+")
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_STATUS = re.compile(r'["\'(\[]?[1-5]\d\d["\')\],.;:]*')
_BEFORE_STATUS = ("status", "code", "http", "returned", "responded", "response", "statuscode")


def shape_of(body: str) -> str:
    """`body` on one line with its variable parts replaced by <num>, <hex>, <uuid>, <ip>, <time>,
    <duration>, <size>, <email>, <id>, <pod> or, for the values of a URL's query, <*>. HTTP status
    codes and short numbers inside identifiers (s3, http2) stay, because they carry meaning. A
    stack trace becomes its first line, its exception and the innermost frame of own code without
    its line number. At most 300 characters."""
    return _cached(body) if len(body) <= _CACHED_BODY else _shape(body)


def fill_shapes(batch: SignalBatch) -> None:
    """Fill the `shape` column of the batch's logs, in place."""
    batch.logs["shape"] = [shape_of(body) for body in batch.logs["body"]]


def _shape(body: str) -> str:
    text = body[:_LONGEST_READ].strip()
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    if "\n" not in text:
        return _mask(text)[:MAX_LENGTH]
    first = _mask(text.split("\n", 1)[0])
    trace = stack_trace(text)
    if trace is None:
        return _mask(" ".join(text.split("\n", 3)[:3]))[:MAX_LENGTH]
    parts = [first[: MAX_LENGTH // 2]]
    if trace.exception and trace.exception not in first:
        parts.append(_mask(f"{trace.exception}: {trace.message}")[: MAX_LENGTH // 3])
    if frame := trace.top_own:
        parts.append(f"at {_mask(frame.function)} ({_mask(frame.path)})")
    return " | ".join(parts)[:MAX_LENGTH]


_cached = lru_cache(maxsize=16_384)(_shape)


def _mask(line: str) -> str:
    masked: list[str] = []
    before = ""
    for token in line.split():
        if token.isalpha() or _is_status(token, before):
            masked.append(token)
        else:
            masked.append(_mask_token(token[:MAX_LENGTH]))
        before = token
    text = " ".join(masked)
    return _SPLIT_TIME.sub("<time>", text) if "<time> <time>" in text else text


def _is_status(token: str, before: str) -> bool:
    if not _STATUS.fullmatch(token):
        return False
    return "HTTP/" in before or before.lower().strip("=:\"'(").endswith(_BEFORE_STATUS)


@lru_cache(maxsize=32_768)
def _mask_token(token: str) -> str:
    return _VARIABLE.sub(_placeholder, token)


def _placeholder(match: re.Match[str]) -> str:
    kind = match.lastgroup or "num"
    if kind == "keep":
        return match.group()
    if kind == "query":
        return match["query"] + "<*>"
    return "-<pod>" if kind == "pod" else f"<{kind}>"
