"""What our own model calls cost, and how good their answers were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from assistant.api.schemas import windowed
from assistant.api.usage_schemas import costs_to_dict, quality_to_dict
from assistant.domain.window import TimeWindow
from assistant.wiring import Causeway

By = Annotated[list[str] | None, Query(max_length=8)]


def router(causeway: Causeway) -> APIRouter:
    routes = APIRouter(prefix="/api/v1", tags=["usage"])

    @routes.get("/costs")
    def costs(
        start: AwareDatetime | None = None, end: AwareDatetime | None = None, by: By = None
    ) -> dict[str, Any]:
        """Calls of models in a window (by default the last week), grouped by any of model,
        provider, step, user, channel, investigation, prompt and day; dearest first."""
        window = _week(start, end)
        rows = causeway.ledger.spending(window, by or ())
        return costs_to_dict(rows, causeway.ledger.spent(window))

    @routes.get("/quality")
    def quality(
        start: AwareDatetime | None = None, end: AwareDatetime | None = None, by: By = None
    ) -> dict[str, Any]:
        """Scores of explanations in a window (by default the last week), by name and then by the
        same keys as costs."""
        return quality_to_dict(causeway.ledger.quality(_week(start, end), by or ()))

    return routes


def _week(start: AwareDatetime | None, end: AwareDatetime | None) -> TimeWindow:
    return windowed(start, end, datetime.now(UTC), timedelta(days=7))
