"""Traces for OpenTelemetry, and reports of errors for Sentry. Both packages are optional."""

import logging
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from hindsight.http.logs import current_request_id
from hindsight.http.middleware import method_of, route_of

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

FIELDS = ("event_id", "timestamp", "level", "logger", "platform", "environment", "release")
FRAME_FIELDS = ("filename", "module", "function", "lineno", "in_app")
# Their messages are constants. Messages of other packages may contain values.
OWN_LOGGERS = ("hindsight", "orgs", "webhooks", "contacts", "jobs", "interviews", "staff")


class TraceMiddleware:
    """For OpenTelemetry, whose library reads its other variables itself.

    A `traceparent` header is not read: any client could send one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not find_spec("opentelemetry"):
            raise MiddlewareNotUsed  # the check observability.E002 then stops the start

        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        self.get_response = get_response
        provider = TracerProvider(resource=Resource.create({SERVICE_NAME: settings.OTEL_SERVICE_NAME}))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self.tracer = provider.get_tracer("hindsight")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        from opentelemetry.trace import SpanKind, StatusCode

        # The message of an exception can quote a row.
        with self.tracer.start_as_current_span(
            "request", kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            response = self.get_response(request)
            method, route = method_of(request), route_of(request)
            span.update_name(f"{method} {route}")
            span.set_attribute("http.request.method", method)
            span.set_attribute("http.route", route)
            span.set_attribute("http.response.status_code", response.status_code)
            if response.status_code >= 500:
                span.set_status(StatusCode.ERROR)
            return response


def start_error_reports() -> None:
    """Sends logged errors to Sentry: their places, but no messages of exceptions, which can quote a row."""
    import sentry_sdk
    from sentry_sdk.integrations.logging import LoggingIntegration

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment="development" if settings.DEVELOPMENT else "production",
        before_send=only_code,
        # The default ones send arguments of commands, request bodies and breadcrumbs.
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[LoggingIntegration(level=None, event_level=logging.ERROR, sentry_logs_level=None)],
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        propagate_traces=False,
    )


def only_code(event: "Event", hint: "Hint") -> "Event | None":
    """Copies only fields that cannot contain data of customers."""
    errors, logger = event.get("exception", {}).get("values", []), str(event.get("logger"))
    if logger == "django.request" and not errors:
        return None  # the cause was logged before
    report: dict[str, Any] = {name: value for name, value in event.items() if name in FIELDS}
    report["tags"] = {"request_id": current_request_id()}
    report["exception"] = {"values": [_only_frames(error) for error in errors]}
    if logger.partition(".")[0] in OWN_LOGGERS:
        report["logentry"] = {"message": hint["log_record"].msg}
    return report  # type: ignore[return-value]


def _only_frames(error: dict[str, Any]) -> dict[str, Any]:
    frames = (error.get("stacktrace") or {}).get("frames", [])
    return {
        "type": error.get("type"),
        "module": error.get("module"),
        "stacktrace": {"frames": [{name: frame.get(name) for name in FRAME_FIELDS} for frame in frames]},
    }
