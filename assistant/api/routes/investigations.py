"""Questions in, reports out."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response

from assistant.api.schemas import QuestionJson
from assistant.api.streams import EVENTS, streamed
from assistant.domain.errors import NotFound, Overloaded
from assistant.domain.report import Question
from assistant.domain.usage import CallContext
from assistant.investigator.chat.stream import Broadcast
from assistant.investigator.chat.turns import written
from assistant.investigator.events import EventStream
from assistant.schema import report_to_json
from assistant.wiring import Causeway
from assistant.work.explaining import tell_report
from integrations.sources.alert.mapping import question_from_alert

# Each investigation reads the whole window: more at once only makes all of them slower.
_AT_ONCE = 2
_PATIENCE_S = 60.0
_CONTEXT = CallContext("investigate", channel="api")

Word = Annotated[str, Query(max_length=200)]


def router(causeway: Causeway) -> APIRouter:
    routes = APIRouter(prefix="/api/v1", tags=["investigations"])
    slots = threading.BoundedSemaphore(_AT_ONCE)

    def investigated(question: Any, context: CallContext = _CONTEXT, model: str = "") -> Response:
        if not slots.acquire(timeout=_PATIENCE_S):
            raise Overloaded(f"{_AT_ONCE} investigations are running.", retry_after_s=10)
        try:
            report = causeway.investigate(question, context=context, model=model)
        finally:
            slots.release()
        return _json(
            report_to_json(report), {"Location": f"{routes.prefix}/investigations/{report.id}"}
        )

    @routes.post("/investigations", response_class=Response)
    def investigate(
        question: QuestionJson,
        request: Request,
        model: Word = "",
        user: Word = "",
        channel: Word = "api",
    ) -> Response:
        """Investigate, and answer with the report (schema version 1). Takes seconds. A configured
        model explains it: the one called `model`, or none for `none`; `user` and `channel` are
        what its cost is booked on. Who accepts text/event-stream gets the events as they happen;
        the last one, `report`, says under which id the report is kept."""
        context = replace(_CONTEXT, user=user, channel=channel)
        if EVENTS in request.headers.get("accept", ""):
            return _followed(causeway, slots, question.value(), context, model)
        return investigated(question.value(), context, model)

    @routes.post("/alerts", response_class=Response)
    async def investigate_alert(request: Request) -> Response:
        """Investigate what an alert says: Alertmanager's webhook, Grafana's, or generic JSON."""
        from starlette.concurrency import run_in_threadpool

        return await run_in_threadpool(investigated, question_from_alert(await request.body()))

    @routes.get("/investigations/{report_id}", response_class=Response)
    @routes.get("/reports/{report_id}", response_class=Response)
    def report(report_id: str) -> Response:
        """A report by its id; it outlives the telemetry it was made from."""
        return _json(report_to_json(causeway.reports.report(report_id)))

    @routes.get("/reports")
    def reports(limit: int = 20) -> list[dict[str, Any]]:
        """The latest reports in short, newest first; at most 200."""
        return [
            {
                "id": one.id,
                "at": one.question.at,
                "service": one.question.service,
                "verdict": one.verdict,
                "headline": one.headline.text,
                "confidence": one.confidence,
                "as_of": one.as_of,
            }
            for one in causeway.reports.latest(max(1, min(limit, 200)))
        ]

    @routes.get("/reports/{report_id}/evidence/{evidence_id}", response_class=Response)
    def evidence(report_id: str, evidence_id: str) -> Response:
        """One piece of evidence: its excerpt, its query and its window."""
        found = causeway.reports.report(report_id).cited(evidence_id)
        if found is None:
            raise NotFound(f"Report {report_id} has no evidence {evidence_id!r}.")
        return _json(orjson.dumps(found))

    return routes


def _followed(
    causeway: Causeway,
    slots: threading.BoundedSemaphore,
    question: Question,
    context: CallContext,
    model: str,
) -> Response:
    """The events of an investigation that ends when nobody reads them any more."""
    stream = Broadcast(0)

    def work(emit: EventStream) -> None:
        if not slots.acquire(timeout=_PATIENCE_S):
            raise Overloaded(f"{_AT_ONCE} investigations are running.", retry_after_s=10)
        try:
            report = causeway.investigate(
                question, context=context, model=model, hear=stream, on_stop=stream.on_stop
            )
        finally:
            slots.release()
        tell_report(report, emit)

    thread = threading.Thread(
        target=written, args=(stream, causeway.clock, work), name="investigation", daemon=True
    )
    thread.start()
    return streamed(stream, on_leave=stream.stop)


def _json(body: bytes, headers: dict[str, str] | None = None) -> Response:
    return Response(body, media_type="application/json", headers=headers)
