"""The composition root: the one place that knows which concrete parts stand behind the ports."""

from assistant.wiring.causeway import Causeway, ServiceRow
from assistant.wiring.opening import now, open_causeway

__all__ = ["Causeway", "ServiceRow", "now", "open_causeway"]
