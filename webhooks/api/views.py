from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import path, reverse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request

from hindsight.api.errors import BadRequest, Conflict, FieldError, IdempotencyConflict, NotFound
from hindsight.api.idempotency import Created, create_once
from hindsight.api.json_bodies import Response, StrictSerializer, body_of
from hindsight.api.operations import IDEMPOTENCY_KEY, REPLAYED, header, operation
from hindsight.api.pagination import Cursors, PageQuery
from hindsight.api.preconditions import refuse_body
from hindsight.api.views import ApiView
from orgs.authentication import Principal, principal_of
from orgs.models import EventKind
from orgs.security_events import record_security_event
from webhooks.api import bodies
from webhooks.models import Endpoint, EndpointState
from webhooks.services.endpoints import (
    MAX_ENDPOINTS,
    create_endpoint,
    disable_endpoint,
    enable_endpoint,
    rotate_secret,
    update_endpoint,
)
from webhooks.services.events import send_test_event

ID = OpenApiParameter(
    "id", {"type": "string", "pattern": f"^{Endpoint.ID_PREFIX}"}, OpenApiParameter.PATH, description="Its `id`."
)
LOCATION = header("Location", str, "The path of the webhook endpoint.", response=[201])
NO_SUCH_ENDPOINT = "Your organization has no webhook endpoint with this id. GET /webhook-endpoints lists them."
LIST = PageQuery()
ROTATE = bodies.RotateWebhookSecret()

LIST_DESCRIPTION = """Returns your organization's webhook endpoints, newest first, also disabled ones. Secrets are not
shown. Needs the scope `webhooks`, as the other paths of webhook endpoints do."""

CREATE_DESCRIPTION = """Adds a webhook endpoint. The response has its `secret`, which is not shown again. You can have
five active ones. With an `Idempotency-Key`, a retry within 24 hours returns the first response."""

UPDATE_DESCRIPTION = """Changes URL, events or status. Omitted fields keep their values, and so does the secret.
`"status": "disabled"` cancels the pending deliveries, `"status": "active"` sends new events again."""

ROTATE_DESCRIPTION = """Returns a new `secret`, which is not shown again. For `grace_days`, events have two signatures,
one of each secret, so that you can change it at any time. With an `Idempotency-Key`, a retry within 24 hours returns
the first response. Without it, a retry replaces the new secret too, and the one that you have no longer signs."""

TEST_DESCRIPTION = """Sends a signed `webhook.test` to this endpoint, whatever its events are. If the endpoint is
disabled, the response is 409."""

DISABLED = "Nothing was sent: this webhook endpoint is disabled. Enable it first."
TAKEN = "Your organization already has a webhook endpoint with this URL."
FULL = f"Your organization has {MAX_ENDPOINTS} active webhook endpoints already. Disable one first."


class EndpointView(ApiView):
    scope = "webhooks"


class WebhookEndpointsView(EndpointView):
    @operation(
        operation_id="list_webhook_endpoints",
        summary="List webhook endpoints",
        description=LIST_DESCRIPTION,
        parameters=[PageQuery],
        responses={200: OpenApiResponse(bodies.WebhookEndpointPage, description="A page, newest first")},
        response_example={"data": [bodies.ENDPOINT_EXAMPLE], "next_cursor": None},
    )
    def get(self, request: Request) -> Response:
        query, org_id = LIST.run_validation(request.query_params), principal_of(request).org_id
        cursors, endpoints = Cursors(Endpoint.__name__, query, org_id), Endpoint.objects.for_org(org_id)
        if cursors.last:
            endpoints = endpoints.filter(pk__lt=cursors.last[1])
        rows, next_cursor = cursors.page([*endpoints[: query["limit"] + 1]], lambda row: row.pk)
        return Response({"next_cursor": next_cursor, "data": [body_of(bodies.WebhookEndpoint, row) for row in rows]})

    @operation(
        operation_id="create_webhook_endpoint",
        summary="Add a webhook endpoint",
        description=CREATE_DESCRIPTION,
        parameters=[IDEMPOTENCY_KEY, REPLAYED, LOCATION],
        request=bodies.CreateWebhookEndpoint,
        request_example=bodies.CREATE_EXAMPLE,
        responses={201: OpenApiResponse(bodies.WebhookEndpointWithSecret, description="Webhook endpoint added")},
        response_example=bodies.CREATED_EXAMPLE,
        errors=[IdempotencyConflict],
    )
    def post(self, request: Request) -> Response:
        body = validated(bodies.CreateWebhookEndpoint, request)
        principal = principal_of(request)

        @transaction.atomic
        def create() -> Created:
            endpoint = create_endpoint(org_id=principal.org_id, **body)
            record(EventKind.WEBHOOK_CREATED, principal, endpoint, f"Events: {', '.join(endpoint.event_types)}.")
            return Created(body_of(bodies.WebhookEndpointWithSecret, endpoint), etag="")

        with refusals():
            created = create_once(request, "POST /webhook-endpoints", create=create)
        location = reverse("webhook-endpoint", args=[created.body["id"]])
        return Response(created.body, status=201, headers={"Location": location, **created.headers})


class WebhookEndpointView(EndpointView):
    @operation(
        operation_id="get_webhook_endpoint",
        summary="Get a webhook endpoint",
        description="Returns URL, events and status, without the secret.",
        parameters=[ID],
        responses={200: OpenApiResponse(bodies.WebhookEndpoint, description="The webhook endpoint")},
        response_example=bodies.ENDPOINT_EXAMPLE,
    )
    def get(self, request: Request, id: str) -> Response:
        return Response(body_of(bodies.WebhookEndpoint, get_endpoint(request, id)))

    @operation(
        operation_id="update_webhook_endpoint",
        summary="Change a webhook endpoint",
        description=UPDATE_DESCRIPTION,
        parameters=[ID],
        request=bodies.UpdateWebhookEndpoint,
        request_example=bodies.UPDATE_EXAMPLE,
        responses={200: OpenApiResponse(bodies.WebhookEndpoint, description="Webhook endpoint changed")},
        response_example=bodies.ENDPOINT_EXAMPLE,
    )
    def patch(self, request: Request, id: str) -> Response:
        body = validated(bodies.UpdateWebhookEndpoint, request)
        status = body.pop("status", None)
        with transaction.atomic(), refusals():
            endpoint = get_endpoint(request, id)
            principal = principal_of(request)
            if body:
                endpoint = update_endpoint(endpoint_id=endpoint.pk, **body)
                record(EventKind.WEBHOOK_CHANGED, principal, endpoint, "URL or events edited.")
            if status is not None and (status == EndpointState.ACTIVE) != endpoint.is_active:
                act, done = (disable_endpoint, "Disabled.") if endpoint.is_active else (enable_endpoint, "Enabled.")
                endpoint = act(endpoint_id=endpoint.pk)
                record(EventKind.WEBHOOK_CHANGED, principal, endpoint, done)
        return Response(body_of(bodies.WebhookEndpoint, endpoint))


class WebhookSecretView(EndpointView):
    @operation(
        operation_id="rotate_webhook_secret",
        summary="Rotate a webhook secret",
        description=ROTATE_DESCRIPTION,
        parameters=[ID, IDEMPOTENCY_KEY, REPLAYED],
        request=bodies.RotateWebhookSecret,
        request_example={"grace_days": 7},
        responses={200: OpenApiResponse(bodies.WebhookEndpointWithSecret, description="The new secret")},
        response_example=bodies.ROTATED_EXAMPLE,
        errors=[IdempotencyConflict],
    )
    def post(self, request: Request, id: str) -> Response:
        days = ROTATE.run_validation(request.data)["grace_days"]
        endpoint_id, principal = get_endpoint(request, id).pk, principal_of(request)

        @transaction.atomic
        def rotate() -> Created:
            endpoint = rotate_secret(endpoint_id=endpoint_id, grace=timedelta(days=days))
            record(EventKind.WEBHOOK_ROTATED, principal, endpoint, f"Grace: {days} days.")
            return Created(body_of(bodies.WebhookEndpointWithSecret, endpoint), etag="")

        rotated = create_once(request, "POST /webhook-endpoints/{id}/rotate-secret", endpoint_id, create=rotate)
        return Response(rotated.body, headers=rotated.headers)


class WebhookTestView(EndpointView):
    @operation(
        operation_id="test_webhook_endpoint",
        summary="Send a test event",
        description=TEST_DESCRIPTION,
        parameters=[ID],
        responses={202: OpenApiResponse(bodies.SentTestEvent, description="The test event is on its way")},
        response_example={"webhook_id": "msg_2f1c6e0b9d3a4c5e8f7a6b5c4d3e2f10"},
        errors=[Conflict],
    )
    def post(self, request: Request, id: str) -> Response:
        refuse_body(request)
        with transaction.atomic():
            endpoint = get_endpoint(request, id)
            if not endpoint.is_active:
                raise Conflict(DISABLED)
            delivery = send_test_event(endpoint)
            record(EventKind.WEBHOOK_SENT, principal_of(request), endpoint, "Test event.")
        return Response({"webhook_id": delivery.event.message_id}, status=202)


def validated(serializer: type[StrictSerializer], request: Request) -> dict[str, Any]:
    """Resolves the host name: must not be called in a transaction."""
    body: dict[str, Any] = serializer(context={"org_id": principal_of(request).org_id}).run_validation(request.data)
    return body


def get_endpoint(request: Request, id: str) -> Endpoint:
    """Raises NotFound."""
    endpoints = Endpoint.objects.for_org(principal_of(request).org_id)
    endpoint: Endpoint | None = endpoints.filter(pk=Endpoint.pk_in(id)).first()
    if endpoint is None:
        raise NotFound(NO_SUCH_ENDPOINT)
    return endpoint


def record(kind: EventKind, principal: Principal, endpoint: Endpoint, detail: str) -> None:
    record_security_event(kind, principal.actor, about=endpoint, detail=detail)


@contextmanager
def refusals() -> Iterator[None]:
    """Words the errors of the services for customers."""
    try:
        yield
    except ValidationError as error:
        if hasattr(error, "error_dict"):  # a constraint
            raise BadRequest(f"url: {TAKEN}", details=(FieldError("url", TAKEN),)) from None
        raise BadRequest(FULL) from None


urlpatterns = [
    path("api/v1/webhook-endpoints", WebhookEndpointsView.as_view(), name="webhook-endpoints"),
    path("api/v1/webhook-endpoints/<str:id>", WebhookEndpointView.as_view(), name="webhook-endpoint"),
    path("api/v1/webhook-endpoints/<str:id>/test", WebhookTestView.as_view(), name="webhook-test"),
    path("api/v1/webhook-endpoints/<str:id>/rotate-secret", WebhookSecretView.as_view(), name="webhook-secret"),
]
