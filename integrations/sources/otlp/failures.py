"""What went wrong, in the words of OTLP: HTTP status or gRPC code, and a google.rpc.Status.

Which codes a client may retry is fixed by the OTLP specification: 429, 502, 503, 504 over HTTP;
UNAVAILABLE, or RESOURCE_EXHAUSTED with RetryInfo, over gRPC. A full disk is 503 and not 507,
because a sender would drop its data at 507, while room can be made.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import grpc
from google.protobuf.duration_pb2 import Duration
from google.rpc import code_pb2, error_details_pb2, status_pb2

from assistant.domain.errors import (
    InvalidPayload,
    OperatorError,
    Overloaded,
    PayloadTooLarge,
)

_OPERATOR_RETRY_S = 30.0  # how long people or retention may need to make room


@dataclass(frozen=True, slots=True)
class Failure:
    """`retry_after_s` is None when trying again would not help."""

    http: HTTPStatus
    code: grpc.StatusCode
    message: str
    retry_after_s: float | None = None
    bad_request: bool = False

    def status(self) -> Any:
        """The google.rpc.Status that tells a client."""
        number = getattr(code_pb2, self.code.name)
        status = status_pb2.Status(code=number, message=self.message)
        if self.retry_after_s is not None:
            whole = math.ceil(self.retry_after_s)
            retry = error_details_pb2.RetryInfo(retry_delay=Duration(seconds=whole))
            status.details.add().Pack(retry)
        if self.bad_request:
            violation = error_details_pb2.BadRequest.FieldViolation(description=self.message)
            status.details.add().Pack(error_details_pb2.BadRequest(field_violations=[violation]))
        return status


def failure_of(error: Exception) -> Failure:
    """Never says more of a bug than that it is one."""
    message = str(error)
    if hint := getattr(error, "hint", ""):
        message = f"{message} {hint}"
    match error:
        case PayloadTooLarge():
            return Failure(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, grpc.StatusCode.RESOURCE_EXHAUSTED, message
            )
        case InvalidPayload():
            code = grpc.StatusCode.INVALID_ARGUMENT
            return Failure(HTTPStatus.BAD_REQUEST, code, message, bad_request=True)
        case Overloaded():
            return Failure(
                HTTPStatus.TOO_MANY_REQUESTS,
                grpc.StatusCode.UNAVAILABLE,
                message,
                error.retry_after_s,
            )
        case OperatorError():
            return Failure(
                HTTPStatus.SERVICE_UNAVAILABLE,
                grpc.StatusCode.UNAVAILABLE,
                message,
                _OPERATOR_RETRY_S,
            )
    return Failure(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        grpc.StatusCode.INTERNAL,
        "Causeway made a mistake; its log has the details.",
    )
