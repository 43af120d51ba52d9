from collections.abc import Callable
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http.response import HttpResponseBase
from django.urls import path, register_converter, reverse
from django.urls.converters import StringConverter
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request

from deals.api import bodies
from deals.api.reads import DEALS, FIND, DealRow
from deals.services import write_deal
from deals.text import DealId, clean_deal_id
from hindsight.api.errors import BadRequest, FieldError, NotFound, PreconditionFailed
from hindsight.api.json_bodies import Response
from hindsight.api.operations import header, operation
from hindsight.api.preconditions import IF_MATCH_SCHEMA, if_none_match, response_unless_known, strong_tags
from hindsight.api.throttling import refuse_overwrite
from hindsight.api.views import ApiView
from hindsight.db.statements import fetch_row
from hindsight.limits.day_counts import budget_of
from orgs.authentication import Principal, key_parameters, page_response, principal_of

ID = OpenApiParameter(
    "deal_id", {"type": "string", **bodies.DEAL_ID}, OpenApiParameter.PATH, description="Your id of the deal."
)
IF_MATCH = header(
    "If-Match",
    IF_MATCH_SCHEMA,
    "An ETag of GET or PUT. If the deal has changed since, or does not exist, nothing is replaced, and the response "
    "is 412.",
    example='"3"',
)
IF_NONE_MATCH = if_none_match('"3"')
ETAG = header("ETag", str, "The version of the deal.", response=[200, 201, 304])
LOCATION = header("Location", str, "The path of the deal.", response=[201])

NO_SUCH_DEAL = "Your organization has no deal with this id. Interview requests can name a deal that was never sent."

PUT_DESCRIPTION = """Creates the deal, or replaces all of its values. What you leave out becomes null.

Sending the same values again changes nothing. With `If-Match`, nothing is replaced if the deal has changed since you
read it. Replaced values are kept for your organization's audit, and count for its daily limit of overwritten bytes."""

LIST_DESCRIPTION = """Returns a page of deals, newest first, filtered by outcome.

With `updated_after`, the list is oldest first by that time: send the `updated_at` of the last row that you have
seen."""

LIST, REPLACE = bodies.DealQuery(), bodies.ReplaceDeal()


class DealsView(ApiView):
    verifying_methods = ("GET", "HEAD")

    @operation(
        operation_id="list_deals",
        summary="List deals",
        description=LIST_DESCRIPTION,
        parameters=[bodies.DealQuery],
        responses={200: OpenApiResponse(bodies.DealPage, description="A page")},
        response_example=bodies.DEALS_EXAMPLE,
    )
    def get(self, request: Request) -> Response:
        return page_response(DEALS, LIST.run_validation(request.query_params), request)


class DealView(ApiView):
    verifying_methods = ("GET", "HEAD")
    if_match_methods = ("PUT",)
    if_none_match_methods = ("GET", "HEAD")

    @operation(
        operation_id="get_deal",
        summary="Get a deal",
        description="Returns what was sent about the deal.",
        parameters=[ID, IF_NONE_MATCH, ETAG],
        responses={
            200: OpenApiResponse(bodies.DealSerializer, description="The deal"),
            304: OpenApiResponse(description="Not modified"),
        },
        response_example=bodies.DEAL_EXAMPLE,
    )
    def get(self, request: Request, deal_id: str) -> HttpResponseBase:
        row = read(principal_of(request), stored_id(deal_id))
        return response_unless_known(request, row.etag, row.body)

    @operation(
        operation_id="replace_deal",
        summary="Create or replace a deal",
        description=PUT_DESCRIPTION,
        parameters=[ID, IF_MATCH, LOCATION, ETAG],
        request=bodies.ReplaceDeal,
        request_example=bodies.REPLACE_EXAMPLE,
        responses={
            200: OpenApiResponse(bodies.DealSerializer, description="The deal as it is now"),
            201: OpenApiResponse(bodies.DealSerializer, description="Deal created"),
        },
        response_example=bodies.DEAL_EXAMPLE,
        errors=[PreconditionFailed],
    )
    def put(self, request: Request, deal_id: str) -> Response:
        principal, deal_id = principal_of(request), stored_id(deal_id)
        values = bodies.values_of(REPLACE.run_validation(request.data))
        if (budget := budget_of(principal.rate_limit_key)).exceeded:
            refuse_overwrite(budget)
        with transaction.atomic():  # the response has the version that this request has written
            is_new = write_deal(
                org_id=principal.org_id,
                deal_id=deal_id,
                values=values,
                actor=principal.actor,
                if_version=precondition_of(request.META.get("HTTP_IF_MATCH")),
            )
            row = read(principal, deal_id)
        # A slash too: clients would take the id `../x` for another path.
        location = {"Location": f"{reverse('deals')}/{quote(deal_id, safe='')}"} if is_new else {}
        return Response(row.body(), status=201 if is_new else 200, headers={"ETag": row.etag, **location})


def read(principal: Principal, deal_id: DealId) -> DealRow:
    """Raises NotFound, also if the key is no longer valid: then the response becomes 401."""
    columns = fetch_row(FIND, {"org_id": principal.org_id, "deal_id": deal_id, **key_parameters(principal.digest)})
    if columns is None:
        raise NotFound(NO_SUCH_DEAL)
    return DealRow._make(columns)


def precondition_of(if_match: str | None) -> Callable[[int], bool] | None:
    """Raises BadRequest."""
    if if_match is None:
        return None
    tags = strong_tags(if_match)
    return lambda version: tags is None or str(version) in tags


def stored_id(deal_id: str) -> DealId:
    """Raises BadRequest."""
    try:
        return clean_deal_id(deal_id)
    except ValidationError as error:
        message = " ".join(error.messages)
        raise BadRequest(f"deal_id: {message}", details=(FieldError("deal_id", message),)) from None


class DealIdConverter(StringConverter):
    """An id may contain slashes, but a slash at the end is another path, as elsewhere in the API."""

    regex = "[^/](?:.*[^/])?"


register_converter(DealIdConverter, "deal_id")

urlpatterns = [
    path("api/v1/deals", DealsView.as_view(), name="deals"),
    path("api/v1/deals/<deal_id:deal_id>", DealView.as_view(), name="deal"),
]
