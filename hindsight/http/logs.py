"""Exception messages are not logged: a database error quotes the row.

Of Django's messages about a request, only method, path and status are: they quote the path, the Host or the Referer.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from django.http import HttpRequest

from hindsight.http.redaction import request_line, without_secrets
from hindsight.http.request_ids import current_request_id

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

# Of `extra=`.
EXTRA_FIELDS = (
    "duration_ms",
    "org",
    "api_key",
    # Of interviews.paige.model.asking.
    "outcome",
    "fallback",
    # Of security events: see orgs.security_events.
    "event",
    "actor_kind",
    "actor",
    "subject_type",
    "subject",
    "detail",
    "address",
)
REQUEST_FIELDS = ("method", "path", "status")


class BaseFormatter(logging.Formatter):
    """Causes come before the exceptions that they caused."""

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802
        parts: list[str] = []
        error, seen = ei[1], set[int]()
        while error is not None and id(error) not in seen:  # exception chains can be cyclic
            seen.add(id(error))
            frames = "".join(traceback.format_tb(error.__traceback__))
            parts.insert(0, f"{frames}{type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or error.__context__
        return "\n-- then --\n".join(parts)

    def message(self, record: logging.LogRecord) -> str:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            return request_line(request, getattr(record, "status_code", ""))
        return record.getMessage()

    def fields(self, record: logging.LogRecord, *names: str) -> dict[str, Any]:
        request_id, logged = current_request_id(), vars(record)
        values = {name: logged[name] for name in names if logged.get(name) not in (None, "")}
        return {"request_id": request_id, **values} if request_id else values


class TextFormatter(BaseFormatter):
    """`12:00:00 INFO hindsight.access: GET /api/v1/interviews/1 200 (request_id=… org=acme)`"""

    def format(self, record: logging.LogRecord) -> str:
        extra = " ".join(f"{name}={value}" for name, value in self.fields(record, *EXTRA_FIELDS).items())
        time = datetime.fromtimestamp(record.created, UTC).time().isoformat("seconds")
        line = f"{time} {record.levelname} {record.name}: {self.message(record)}{f' ({extra})' if extra else ''}"
        return without_secrets(f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line)


class JSONFormatter(BaseFormatter):
    ENCODER = json.JSONEncoder(ensure_ascii=False)

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": self.message(record),
            **self.fields(record, *REQUEST_FIELDS, *EXTRA_FIELDS),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return without_secrets(self.ENCODER.encode(line))
