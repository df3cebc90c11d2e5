"""Lines of plain files, for `causeway ingest` while this process owns the stores."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from assistant.wiring import Causeway
from integrations.sources.files.mapping import FileFormat, batch_from_lines


def router(causeway: Causeway) -> APIRouter:
    routes = APIRouter(prefix="/api/v1", tags=["ingest"])

    @routes.post("/ingest/{form}")
    async def ingest(
        request: Request, form: FileFormat, service: str = "", first_line: int = 1
    ) -> dict[str, int]:
        """Whole lines of ndjson logs, or CSV metrics that begin with their header. Durable once
        answered."""
        body = await request.body()

        def stored() -> int:
            # Not splitlines(): JSON may hold U+2028 and the like inside a line.
            lines = body.decode("utf-8", "replace").split("\n")
            batch = batch_from_lines(form, lines, service=service, first_line=first_line)
            causeway.accept(batch, [])
            return len(batch)

        return {"stored": await run_in_threadpool(stored)}

    return routes
