"""What the telemetry says, as series on a grid."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from assistant.api.schemas import WindowJson, series_to_dict
from assistant.domain.window import NANOSECONDS
from assistant.wiring import Causeway


def router(causeway: Causeway) -> APIRouter:
    routes = APIRouter(prefix="/api/v1", tags=["series"])

    @routes.get("/series")
    def series(
        start: AwareDatetime,
        end: AwareDatetime,
        step_s: Annotated[int, Query(ge=1, le=86_400)] = 60,
        service: Annotated[list[str], Query(max_length=100)] = [],  # noqa: B006 FastAPI copies it
    ) -> list[dict[str, Any]]:
        """Metrics and requests of the services (of all, when none is named) on the grid that
        starts at `start`. At most 1,000 steps."""
        window = WindowJson(start=start, end=end).value()
        found = causeway.series(window, step_s * NANOSECONDS, service)
        return [series_to_dict(one) for one in found]

    return routes
