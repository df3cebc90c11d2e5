"""The application: routes, guards in front of them, and errors as problem details."""

from __future__ import annotations

import logging
from functools import partial
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from assistant.api.guards import BodyLimit, HostGuard
from assistant.api.problems import MEDIA_TYPE, headers_of, problem, problem_of
from assistant.api.routes import (
    changes,
    chats,
    files,
    health,
    investigations,
    otlp,
    series,
    services,
    usage,
)
from assistant.domain.errors import CausewayError
from assistant.settings import Settings
from assistant.wiring import Causeway

logger = logging.getLogger(__name__)


def create_app(causeway: Causeway) -> FastAPI:
    """The whole API over one Causeway; OTLP over HTTP included."""
    app = _bare(causeway)
    for routes in (health, investigations, chats, changes, services, series, files, usage):
        app.include_router(routes.router(causeway))
    _mount_otlp(app, causeway)
    return app


def create_otlp_app(causeway: Causeway) -> FastAPI:
    """OTLP over HTTP alone, for the port that exporters expect."""
    app = _bare(causeway)
    app.include_router(health.router(causeway))
    _mount_otlp(app, causeway)
    return app


def _mount_otlp(app: FastAPI, causeway: Causeway) -> None:
    limit = int(causeway.settings.otlp_body_limit_mib * 1024 * 1024)
    app.include_router(otlp.router(causeway.accept, max_body_bytes=limit))


def _bare(causeway: Causeway) -> FastAPI:
    settings = causeway.settings
    app = FastAPI(title="Causeway", version=version("causeway"), docs_url=None, redoc_url=None)
    app.add_exception_handler(CausewayError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)
    app.add_middleware(BodyLimit, limit_of=partial(_limit_of, settings))
    app.add_middleware(HostGuard, allowed={settings.host, *settings.allowed_hosts})
    return app


def _limit_of(settings: Settings, path: str) -> int | None:
    if path.startswith("/v1/"):
        return None  # the OTLP routes limit what comes out of a decompression, too
    if path.startswith("/api/v1/ingest/"):
        return int(settings.otlp_body_limit_mib * 1024 * 1024)
    return int(settings.api_body_limit_kib * 1024)


def _answer(document: dict[str, object], headers: dict[str, str] | None = None) -> JSONResponse:
    status = document["status"]
    assert isinstance(status, int)
    return JSONResponse(document, status, headers=headers, media_type=MEDIA_TYPE)


def _expected(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CausewayError)
    document = problem_of(error)
    return _answer(document, headers_of(document))


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    details = [
        f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()
    ]
    hint = "`/openapi.json` describes every request."
    return _answer(problem(422, "Invalid request", "; ".join(details), hint=hint))


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    detail = f"{request.method} {request.url.path}: {error.detail}"
    document = problem(error.status_code, error.detail, detail, hint="See `/openapi.json`.")
    return _answer(document, dict(error.headers or {}))


def _bug(request: Request, error: Exception) -> JSONResponse:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _answer(
        problem(500, "Internal error", "Causeway made a mistake; its log has the details.")
    )
