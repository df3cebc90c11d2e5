"""Read-only tools over ports. Each is a plain function (desk, notebook, arguments) → Finding;
`binding` alone makes them LangChain's."""

from assistant.investigator.tools.anomalies import anomalies, look
from assistant.investigator.tools.changes import changes
from assistant.investigator.tools.desk import Desk
from assistant.investigator.tools.diff import blame, diff
from assistant.investigator.tools.drill_down import drill_down
from assistant.investigator.tools.finding import Finding
from assistant.investigator.tools.logs import log_samples, logs
from assistant.investigator.tools.recall import runbooks, search, similar_incidents
from assistant.investigator.tools.series import series
from assistant.investigator.tools.topology import topology
from assistant.investigator.tools.trace import trace

__all__ = [
    "Desk",
    "Finding",
    "anomalies",
    "blame",
    "changes",
    "diff",
    "drill_down",
    "log_samples",
    "logs",
    "look",
    "runbooks",
    "search",
    "series",
    "similar_incidents",
    "topology",
    "trace",
]
