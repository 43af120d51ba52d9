"""Log lines: readable in development, JSON in production, both with the request id and without a customer's words.

Texts of exceptions stay out: a database's message quotes the row it refused, and with it notes, names and answers.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from hindsight.http.request_ids import current_request_id

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

# What `extra=` may add to a line; of a request, the message tells the first three already.
EXTRA_FIELDS = ("duration_ms", "org", "api_key")
REQUEST_FIELDS = ("method", "path", "status")


class WithoutMessages(logging.Formatter):
    """Formats exceptions as their types and the lines of code they passed, the causes first."""

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802 (the name is logging's)
        parts: list[str] = []
        error, seen = ei[1], set[int]()
        while error is not None and id(error) not in seen:  # a chain of causes may be a ring
            seen.add(id(error))
            frames = "".join(traceback.format_tb(error.__traceback__))
            parts.insert(0, f"{frames}{type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or error.__context__
        return "\n-- then --\n".join(parts)

    def fields(self, record: logging.LogRecord, *names: str) -> dict[str, Any]:
        values = {"request_id": current_request_id(), **{name: getattr(record, name, None) for name in names}}
        return {name: value for name, value in values.items() if value not in (None, "")}


class TextFormatter(WithoutMessages):
    """`12:00:00 INFO hindsight.access: GET /api/v1/interviews/1 200 (request_id=… org=acme)`"""

    def format(self, record: logging.LogRecord) -> str:
        extra = " ".join(f"{name}={value}" for name, value in self.fields(record, *EXTRA_FIELDS).items())
        time = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        line = f"{time} {record.levelname} {record.name}: {record.getMessage()}{f' ({extra})' if extra else ''}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JSONFormatter(WithoutMessages):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **self.fields(record, *REQUEST_FIELDS, *EXTRA_FIELDS),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
