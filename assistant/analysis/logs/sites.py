"""Where in the code a log record was written, when the record says so."""

from __future__ import annotations

import re

from assistant.domain.signals import LogRecord

# What loggers print before the message: pkg.Class#31, Class:31, handlers.py:31, (Cart.java:31). A
# number also follows a host or a ticket, so the name must look like code: a source file's, or a
# class's with at least two humps or its package.
_CLASS = r"(?:[\w$]+\.)+[A-Z][\w$]*|[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+"
_FILE = r"[\w./\\-]+\.(?:py|go|rb|rs|js|mjs|ts|tsx|cs|kt|cc|cpp|c|java|scala|php|ex|swift)"
_PRINTED = re.compile(rf"(?<![\w.$/#:-])(?P<site>(?:{_CLASS}|{_FILE})[#:]\d{{1,6}})(?![\w:.])")
_HEADING = 160  # characters in which a logger's own words stand

# OpenTelemetry's names of the file and the line, the current ones first.
_FILES = ("code.file.path", "code.filepath")
_LINES = ("code.line.number", "code.lineno")


def site_of(record: LogRecord) -> str:
    """'file:line' by the record's attributes, else the site printed at its start, else ''."""
    file = next((record.attributes[k] for k in _FILES if record.attributes.get(k)), None)
    line = next((record.attributes[k] for k in _LINES if record.attributes.get(k)), None)
    if file is not None and line is not None:
        return f"{file}:{line}"
    found = _PRINTED.search(record.body[:_HEADING].split("\n", 1)[0])
    return found["site"] if found else ""


def label_of(record: LogRecord) -> str:
    """What tells one logging statement from another: its site, else the shape of its text."""
    return site_of(record) or record.shape
