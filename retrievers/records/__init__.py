"""What must outlive the retention of telemetry: changes and reports, in SQL."""

from retrievers.records.changes import SqlChangeLog
from retrievers.records.engine import open_records
from retrievers.records.reports import SqlReportStore

__all__ = ["SqlChangeLog", "SqlReportStore", "open_records"]
