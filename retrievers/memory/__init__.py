"""Every port in memory, written to be read: the reference for what a backend has to do, the
store of a demo, and the test double."""

from retrievers.memory.changes import MemoryChangeLog, MemoryReports
from retrievers.memory.chats import MemoryConversations, MemoryFeedback
from retrievers.memory.code import MemoryCodeHistory
from retrievers.memory.knowledge import MemoryKnowledge
from retrievers.memory.ledger import MemoryLedger
from retrievers.memory.small import FixedCatalogue, NoRedaction, run_inline
from retrievers.memory.telemetry import MemoryTelemetry

__all__ = [
    "FixedCatalogue",
    "MemoryChangeLog",
    "MemoryCodeHistory",
    "MemoryConversations",
    "MemoryFeedback",
    "MemoryKnowledge",
    "MemoryLedger",
    "MemoryReports",
    "MemoryTelemetry",
    "NoRedaction",
    "run_inline",
]
