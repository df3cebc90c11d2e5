"""The JSON form of a report, schema version 1: written and read back without loss."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError

from assistant.domain.errors import InvalidPayload
from assistant.domain.report import SCHEMA_VERSION, Report

_REPORT: TypeAdapter[Report] = TypeAdapter(Report)


def report_to_json(report: Report, *, indent: int | None = None) -> bytes:
    return _REPORT.dump_json(report, indent=indent)


def report_to_dict(report: Report) -> dict[str, Any]:
    """Plain JSON values: times are ISO 8601 text, tuples are lists."""
    return dict(_REPORT.dump_python(report, mode="json"))


def report_from_json(document: bytes | str) -> Report:
    """Raises InvalidPayload when the document is not a report of this schema version."""
    try:
        report = _REPORT.validate_json(document)
    except ValidationError as error:
        raise InvalidPayload(f"Not a report of schema {SCHEMA_VERSION}: {error}") from error
    if report.schema_version != SCHEMA_VERSION:
        raise InvalidPayload(
            f"The report has schema {report.schema_version}; this version reads {SCHEMA_VERSION}."
        )
    return report


def report_json_schema() -> dict[str, Any]:
    """JSON Schema of the document, for the API description and the docs."""
    return _REPORT.json_schema()
