from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from rest_framework.exceptions import APIException

from hindsight.db.errors import UNREACHABLE
from hindsight.http.logs import current_request_id
from hindsight.server.bodies import MAX_BODY_BYTES

RETRY_SECONDS = 5
EXPLANATIONS = "/api/docs/behaviour"  # of the error codes: each is an anchor there


class ErrorCode(StrEnum):
    BAD_REQUEST = "bad_request"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CONFLICT = "conflict"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    PRECONDITION_FAILED = "precondition_failed"
    PAYLOAD_TOO_LARGE = "payload_too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    RATE_LIMIT_EXCEEDED = "rate_limit_exceeded"
    INTERNAL_ERROR = "internal_error"
    SERVICE_UNAVAILABLE = "service_unavailable"


def doc_url(server: str, code: ErrorCode) -> str:
    return f"{server}{EXPLANATIONS}#{code}"


@dataclass(frozen=True)
class FieldError:
    field: str
    message: str


class ApiError(APIException):
    code: ErrorCode
    message: str

    def __init__(
        self,
        message: str = "",
        *,
        details: tuple[FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.message = message or type(self).message
        self.details = details
        self.headers = dict(headers or {})
        super().__init__(self.message, self.code)

    def envelope(self) -> dict[str, object]:
        error: dict[str, object] = {"code": self.code.value, "message": self.message}
        if self.details:
            error["details"] = [{"field": detail.field, "message": detail.message} for detail in self.details]
        link = doc_url(settings.PUBLIC_BASE_URL, self.code)
        return {"error": {**error, "doc_url": link, "request_id": current_request_id()}}


class BadRequest(ApiError):
    status_code = 400
    code = ErrorCode.BAD_REQUEST
    message = "The request is malformed. See the API documentation for the expected format."


class Unauthorized(ApiError):
    """One message for all causes: a guess reveals nothing."""

    status_code = 401
    code = ErrorCode.UNAUTHORIZED
    message = "Invalid or missing API key. Send a valid key as `Authorization: Bearer <key>`."

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": "Bearer"})


class Forbidden(ApiError):
    status_code = 403
    code = ErrorCode.FORBIDDEN
    message = "This API key lacks the scope for this request: GET needs `read`, POST, PUT and PATCH need `write`."


class NotFound(ApiError):
    status_code = 404
    code = ErrorCode.NOT_FOUND
    message = "This path does not exist. Check it in the API documentation; paths have no trailing slash."


class MethodNotAllowed(ApiError):
    status_code = 405
    code = ErrorCode.METHOD_NOT_ALLOWED

    def __init__(self, method: str, allowed: str) -> None:
        super().__init__(
            f"{method} is not allowed for this path. Allowed methods: {allowed}.", headers={"Allow": allowed}
        )


class Conflict(ApiError):
    status_code = 409
    code = ErrorCode.CONFLICT
    message = "Nothing was changed, because of the status of the object. GET it to see its status."


class IdempotencyConflict(ApiError):
    status_code = 409
    code = ErrorCode.IDEMPOTENCY_CONFLICT
    message = (
        "This Idempotency-Key was already used with a different body. "
        "Send a new key with a new request. To retry a request, send the same key and the same body."
    )


class PreconditionFailed(ApiError):
    status_code = 412
    code = ErrorCode.PRECONDITION_FAILED
    message = (
        "The interview request or its contact was changed after you read it. Nothing was updated. "
        "GET it again, merge your change, and retry with the new ETag in If-Match."
    )


class PayloadTooLarge(ApiError):
    status_code = 413
    code = ErrorCode.PAYLOAD_TOO_LARGE
    message = f"The body is larger than {MAX_BODY_BYTES // 2**20} MiB ({MAX_BODY_BYTES:,} bytes). Send a smaller one."


class UnsupportedMediaType(ApiError):
    status_code = 415
    code = ErrorCode.UNSUPPORTED_MEDIA_TYPE
    message = "The body must be JSON with `Content-Type: application/json`."

    def __init__(self, method: str, *, is_encoded: bool = False) -> None:
        """Accept-Patch: RFC 5789."""
        if is_encoded:
            super().__init__("Send the body without Content-Encoding.", headers={"Accept-Encoding": "identity"})
        else:
            super().__init__(headers={f"Accept-{method.capitalize()}": "application/json"})


class RateLimitExceeded(ApiError):
    """Without `message`, the limit is that of requests per minute. `retry_after`: seconds."""

    status_code = 429
    code = ErrorCode.RATE_LIMIT_EXCEEDED

    def __init__(self, message: str = "", *, retry_after: int) -> None:
        too_many = f"Too many requests. Retry in {retry_after} s. X-RateLimit-Reset is when the next window begins."
        super().__init__(message or too_many, headers={"Retry-After": str(retry_after)})


class InternalError(ApiError):
    status_code = 500
    code = ErrorCode.INTERNAL_ERROR
    message = "An unexpected error occurred. If it happens again, contact us with the request_id."


class ServiceUnavailable(ApiError):
    status_code = 503
    code = ErrorCode.SERVICE_UNAVAILABLE

    def __init__(self, reason: str = UNREACHABLE) -> None:
        super().__init__(f"{reason} Retry shortly.", headers={"Retry-After": str(RETRY_SECONDS)})
