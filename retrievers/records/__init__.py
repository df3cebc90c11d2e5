"""What must outlive the retention of telemetry, in SQL: changes, reports, model calls, chats and
feedback."""

from retrievers.records.changes import SqlChangeLog
from retrievers.records.conversations import SqlConversations
from retrievers.records.engine import open_records
from retrievers.records.feedback import SqlFeedback
from retrievers.records.ledger import SqlLedger
from retrievers.records.reports import SqlReportStore

__all__ = [
    "SqlChangeLog",
    "SqlConversations",
    "SqlFeedback",
    "SqlLedger",
    "SqlReportStore",
    "open_records",
]
