"""The services that telemetry and catalogue know, and the configured repositories."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter
from pydantic import AwareDatetime

from assistant.api.schemas import windowed
from assistant.wiring import Causeway


def router(causeway: Causeway) -> APIRouter:
    routes = APIRouter(prefix="/api/v1", tags=["services"])

    @routes.get("/services")
    def services(
        start: AwareDatetime | None = None, end: AwareDatetime | None = None
    ) -> list[dict[str, Any]]:
        """Services by name, as seen in a window (by default everything that is kept)."""
        given = start or end
        window = windowed(start, end, datetime.now(UTC), timedelta(days=1)) if given else None
        return [asdict(row) for row in causeway.services(window)]

    @routes.get("/repositories")
    def repositories() -> dict[str, str]:
        """Configured repositories: name and path."""
        return {name: str(path) for name, path in causeway.settings.repositories.items()}

    return routes
