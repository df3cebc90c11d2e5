"""Whether the process lives, and whether it can do its work."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from assistant.wiring import Causeway


def router(causeway: Causeway) -> APIRouter:
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The process answers, also while every thread is busy."""
        return {"status": "ok"}

    @routes.get("/readyz")
    def readyz() -> dict[str, Any]:
        """The stores are open. `search_by_meaning` is false while embeddings are still loading
        or catching up; investigations then go by words and say so."""
        return {"status": "ready", "search_by_meaning": causeway.learned()}

    return routes
