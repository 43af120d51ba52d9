"""OpenTelemetry, whose library reads its other variables itself."""

from collections.abc import Callable
from importlib.util import find_spec

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from hindsight.http.request_metrics import method_of, route_of


class TraceMiddleware:
    """A `traceparent` header is not read: any client could send one."""

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
