"""What the investigation fetches: the window in question, its signals, the changes before it."""

from assistant.gather.breakdown import broken_down
from assistant.gather.changes import changes_before
from assistant.gather.memory import blame, recall
from assistant.gather.observation import observe
from assistant.gather.scope import Scope, scope_of
from assistant.gather.sources import Reach, Sources

__all__ = [
    "Reach",
    "Scope",
    "Sources",
    "blame",
    "broken_down",
    "changes_before",
    "observe",
    "recall",
    "scope_of",
]
