"""Deployments, flags and configuration changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime
from starlette.concurrency import run_in_threadpool

from assistant.api.schemas import change_to_dict, windowed
from assistant.wiring import Causeway
from integrations.sources.otlp.changes import parse_changes


def router(causeway: Causeway) -> APIRouter:
    routes = APIRouter(prefix="/api/v1", tags=["changes"])

    @routes.get("/changes")
    def changes(
        start: AwareDatetime | None = None,
        end: AwareDatetime | None = None,
        service: Annotated[list[str] | None, Query()] = None,
    ) -> list[dict[str, Any]]:
        """What changed in a window (by default the last day), oldest first."""
        window = windowed(start, end, datetime.now(UTC), timedelta(days=1))
        return [change_to_dict(c) for c in causeway.changes.changes(window, service or ())]

    @routes.post("/changes", status_code=201)
    async def record(request: Request) -> dict[str, Any]:
        """Record one change or a list of them; durable once answered. The same id replaces."""
        recorded = parse_changes(await request.body())
        await run_in_threadpool(causeway.accept_changes, recorded)
        return {"recorded": len(recorded), "ids": [change.id for change in recorded]}

    return routes
