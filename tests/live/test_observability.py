"""What Sentry and an OpenTelemetry collector receive. A local server takes the place of both."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import pytest
from django.db import connection
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from contacts.models import Contact
from interviews.models import InterviewRequest
from tests.factories import ContactFactory
from tests.live.client import LiveClient, Response, exchange, head
from tests.live.conftest import Serve
from tools.harness.processes import eventually
from tools.harness.receiver import Receiver, receiving
from tools.harness.web import Server


@dataclass(frozen=True)
class Observed:
    server: Server
    receiver: Receiver

    def bodies(self, path: str) -> list[bytes]:
        received = [one for one in self.receiver.received if one.path.startswith(path)]
        return [gzip.decompress(one.body) if one.headers.get("Content-Encoding") else one.body for one in received]

    @property
    def reports(self) -> list[dict[str, Any]]:
        """The last line of each envelope: https://develop.sentry.dev/sdk/foundations/transport/envelopes/"""
        return [json.loads(body.splitlines()[-1]) for body in self.bodies("/api/")]

    @property
    def spans(self) -> list[Any]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies("/v1/traces")]
        scopes = [
            scope for request in requests for resource in request.resource_spans for scope in resource.scope_spans
        ]
        return [span for scope in scopes for span in scope.spans]

    @property
    def everything(self) -> bytes:
        headers = "".join(str(dict(one.headers)) + one.path for one in self.receiver.received).encode()
        return headers + b"".join(self.bodies("/"))


@pytest.fixture
def observed(serve: Serve) -> Iterator[Observed]:
    with receiving() as receiver:
        receiver.status = 200
        with serve(
            workers=2,
            SENTRY_DSN=f"http://public@127.0.0.1:{receiver.port}/1",
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{receiver.port}",
            OTEL_BSP_SCHEDULE_DELAY="100",
        ) as server:
            yield Observed(server, receiver)


def test_reports_and_spans_contain_no_secrets_and_no_texts(
    observed: Observed, acme_key: str, interview_request: InterviewRequest, alice: Contact
) -> None:
    marker, token = f"marker{token_hex(8)}", str(interview_request.survey_token)
    api, path = LiveClient(observed.server, acme_key), f"/interviews/{interview_request.pk}"
    assert api.patch(f"{path}?notes={marker}", {"contact_context": marker}).status_code == 200
    assert api.get("/interviews/999999").status_code == 404
    for request in (
        head(f"GET /survey?token={token}&{marker} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: sessionid={marker}"),
        head(f"GET /{marker} HTTP/1.1", "Host: 127.0.0.1", f"User-Agent: {marker}", f"Referer: http://{marker}/"),
        head(f"{marker.upper()} /healthz HTTP/1.1", f"Host: {marker}"),
    ):
        assert exchange(observed.server, request)
    response = integrity_error(api, path, alice, marker)
    assert eventually(lambda: len(observed.reports) >= 1)
    assert eventually(lambda: any(span.name == "PATCH api/v1/interviews/<id:id>" for span in observed.spans))
    assert eventually(lambda: any(span.name == "GET survey" for span in observed.spans))
    assert eventually(lambda: any(span.name == "GET (none)" for span in observed.spans))

    (report,) = observed.reports
    assert report["tags"] == {"request_id": response.headers["X-Request-Id"]}
    assert report["logger"] == "hindsight.api.handlers"
    assert "IntegrityError" in [error["type"] for error in report["exception"]["values"]]
    frames = report["exception"]["values"][-1]["stacktrace"]["frames"]
    assert any(frame["module"].startswith("interviews.") and frame["lineno"] for frame in frames)
    for span in observed.spans:
        names = {attribute.key for attribute in span.attributes}
        assert names == {"http.request.method", "http.route", "http.response.status_code"}
        assert not span.events
    for secret in (marker, marker.upper(), token, acme_key, acme_key[:12], alice.email, alice.org.slug):
        assert secret.encode() not in observed.everything


def integrity_error(api: LiveClient, path: str, alice: Contact, marker: str) -> Response:
    """Makes the database raise an error that quotes the row. The index covers only this org."""
    ContactFactory.create(org=alice.org, notes=f"{marker} of another")
    index = f"notes_{token_hex(8)}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNIQUE INDEX {index} ON contacts_contact (notes) WHERE org_id = {alice.org_id}")
        try:
            response = api.patch(path, {"contact_context": f"{marker} of another"})
        finally:
            cursor.execute(f"DROP INDEX {index}")
    assert (response.status_code, response.code) == (500, "internal_error")
    return response


def test_the_server_works_while_both_are_unavailable(
    serve: Serve, acme_key: str, interview_request: InterviewRequest, alice: Contact
) -> None:
    closed = "127.0.0.1:9"
    with serve(
        workers=1,
        SENTRY_DSN=f"http://public@{closed}/1",
        OTEL_EXPORTER_OTLP_ENDPOINT=f"http://{closed}",
        OTEL_BSP_SCHEDULE_DELAY="100",
    ) as server:
        api, path = LiveClient(server, acme_key), f"/interviews/{interview_request.pk}"
        integrity_error(api, path, alice, f"marker{token_hex(8)}")
        assert api.patch(path, {"objective": "New"}).status_code == 200
        assert server.stop() == 0
