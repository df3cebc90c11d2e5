"""What must outlive the retention of telemetry: changes, reports, model calls, in SQL."""

from retrievers.records.changes import SqlChangeLog
from retrievers.records.engine import open_records
from retrievers.records.ledger import SqlLedger
from retrievers.records.reports import SqlReportStore

__all__ = ["SqlChangeLog", "SqlLedger", "SqlReportStore", "open_records"]
