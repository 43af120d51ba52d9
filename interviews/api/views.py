from collections.abc import Mapping
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from contacts.models import Contact
from contacts.services import ExternalIdTakenError
from deals.models import Deal
from hindsight.api.errors import Conflict, IdempotencyConflict, NotFound, PreconditionFailed
from hindsight.api.idempotency import LIFETIME_HOURS, Created, create_once
from hindsight.api.json_bodies import Response, body_of
from hindsight.api.operations import IDEMPOTENCY_KEY, REPLAYED, header, operation
from hindsight.api.pagination import PageQuery
from hindsight.api.preconditions import (
    PREFER,
    PREFERENCE_APPLIED,
    REPRESENTATION,
    prefers_representation,
    response_unless_known,
)
from hindsight.api.throttling import count_bulk, refuse_overwrite
from hindsight.api.views import ApiView
from hindsight.limits.day_counts import budget_of
from interviews.api import bodies, bulk, examples, requests
from interviews.api.etags import ETAG, IF_MATCH, IF_NONE_MATCH, etag_of
from interviews.api.lists import INTERVIEW_TYPES, interview_requests
from interviews.api.reads import InterviewRequestRow
from interviews.models import InterviewRequest, InterviewType, Versions
from interviews.services.create import create_interview_request
from interviews.services.interview_types import ArchivedTypeError
from orgs.authentication import Principal, page_response, principal_of
from sequences.api.views import NO_SUCH_SEQUENCE
from sequences.models import Sequence
from sequences.services.enrolments import AlreadyEnrolledError, EnrolmentError

LOCATION = header("Location", str, "The path of the interview request.", response=[201])

UPDATE_DESCRIPTION = """Updates context on an interview request. At least one field is required.

`contact_context` and `contact_name` overwrite the contact's notes and name, `objective` the objective of this
interview. Omitted fields keep their values. With `If-Match`, nothing is updated if the interview request or its
contact has changed since you read it. With `Prefer: return=representation`, the response has what the response to a
POST has.

Your organization has a daily limit for the bytes of texts that it overwrites. Over it, the response is 429."""

UPDATE_MANY_DESCRIPTION = f"""Makes up to {bulk.MAX_UPDATES} updates, each as a PATCH of one interview request makes
it, with its own `if_match`. The response is 200 even if some fail: each has a `status_code`, and `etag` or `error`.

A request with 40 updates counts as 40 requests. If fewer are left in this minute, the response is 429, and nothing is
updated."""

LIST_DESCRIPTION = """Returns a page of interview requests, newest first, filtered by status, progress, deal id, or the
contact's email or external id.

With `updated_after` or `completed_after`, the list is oldest first by that time. To follow many interview requests,
send the `updated_at` of the last row that you have seen: no change is missed. A change of the contact counts for all of
its interview requests.

With `include`, a row also has the contact's notes or its `ETag`. A page with long notes has fewer rows than `limit`."""

CREATE_DESCRIPTION = f"""Creates an interview request with a survey link. The contact is found by email or created.

With `interview_type_id`, `status` is `created`: send `survey_url` to the contact. With `sequence_id`, `status` is
`sent`: Paige sends the link, and reminders, until the contact has answered; `email_sent_at` stays null until the first
mail has left. If the contact already gets the mails of a sequence, the response is 409.

With an `Idempotency-Key`, a retry within {LIFETIME_HOURS} hours returns the first response and creates nothing. Over
the daily limit for overwritten texts, a name or context for a contact that exists is refused (429)."""

# Shared, because creating the fields is slower than validating. They keep no state.
LIST, LIST_TYPES = requests.InterviewRequestQuery(), PageQuery()
CREATE = requests.CreateInterviewRequest()
UPDATE = requests.UpdateInterviewRequest()
UPDATE_MANY = bulk.UpdateInterviewRequests()


class InterviewRequestsView(ApiView):
    verifying_methods = ("GET", "HEAD")

    @operation(
        operation_id="list_interview_requests",
        summary="List interview requests",
        description=LIST_DESCRIPTION,
        parameters=[requests.InterviewRequestQuery],
        responses={200: OpenApiResponse(bodies.InterviewRequestPage, description="A page")},
        response_example=examples.INTERVIEW_REQUESTS,
    )
    def get(self, request: Request) -> Response:
        query = LIST.run_validation(request.query_params)
        return page_response(interview_requests(query.pop("include", frozenset())), query, request)

    @operation(
        operation_id="create_interview_request",
        summary="Create an interview request",
        description=CREATE_DESCRIPTION,
        parameters=[IDEMPOTENCY_KEY, REPLAYED, LOCATION, ETAG],
        request=requests.CreateInterviewRequest,
        request_example=examples.CREATE,
        responses={201: OpenApiResponse(bodies.CreatedInterviewRequest, description="Interview request created")},
        response_example=examples.CREATED,
        errors=[Conflict, IdempotencyConflict],
    )
    def post(self, request: Request) -> Response:
        body = CREATE.run_validation(request.data)
        principal = principal_of(request)
        sequence, interview_type = kind_of(principal.org_id, body)

        def create() -> Created:
            budget = budget_of(principal.rate_limit_key)
            if budget.exceeded and would_overwrite(principal.org_id, body):
                refuse_overwrite(budget)
            try:
                row = create_interview_request(
                    interview_type=interview_type,
                    sequence=sequence,
                    actor=principal.actor,
                    is_scripted=principal.is_test,
                    **body,
                )
            except ExternalIdTakenError:
                raise ValidationError({"contact_external_id": [TAKEN_ID]}) from None
            except ArchivedTypeError:
                raise ValidationError({"sequence_id" if sequence else "interview_type_id": [ARCHIVED_TYPE]}) from None
            except AlreadyEnrolledError as error:
                raise Conflict(str(error)) from None
            except EnrolmentError as error:
                raise ValidationError(error.message_dict) from None
            row.org = interview_type.org
            versions = Versions(row.version, row.contact.version, interview_type.guide_version)
            return Created(body_of(bodies.CreatedInterviewRequest, bodies.WrittenRow(row)), etag_of(versions))

        created = create_once(request, "POST /interviews", create=create)
        location = reverse("interview-request", args=[created.body["interview_request_id"]])
        return Response(created.body, status=201, headers={"Location": location, **created.headers})

    @operation(
        operation_id="update_interview_requests",
        summary="Update many interview requests",
        description=UPDATE_MANY_DESCRIPTION,
        request=bulk.UpdateInterviewRequests,
        request_example=examples.UPDATE_MANY,
        responses={200: OpenApiResponse(bulk.UpdateResults, description="A result for each update")},
        response_example=examples.UPDATED_MANY,
    )
    def patch(self, request: Request) -> Response:
        updates = UPDATE_MANY.run_validation(request.data)["data"]
        count_bulk(request, len(updates))
        return Response({"data": [*bulk.update_many(principal_of(request), updates)]})


class InterviewRequestView(ApiView):
    verifying_methods = ("GET", "HEAD", "PATCH")
    if_match_methods = ("PATCH",)
    if_none_match_methods = ("GET", "HEAD")

    @operation(
        operation_id="get_interview_request",
        summary="Get an interview request",
        description="Returns status, contact and, once completed, the transcript.",
        parameters=[requests.ID, IF_NONE_MATCH, ETAG],
        responses={
            200: OpenApiResponse(bodies.InterviewRequestSerializer, description="The interview request"),
            304: OpenApiResponse(description="Not modified"),
        },
        response_example=examples.INTERVIEW_REQUEST,
    )
    def get(self, request: Request, id: int) -> HttpResponseBase:
        row = read(principal_of(request), id)
        return response_unless_known(request, etag_of(row.versions), row.body)

    @operation(
        operation_id="update_interview_request",
        summary="Update an interview request",
        description=UPDATE_DESCRIPTION,
        parameters=[requests.ID, IF_MATCH, PREFER, ETAG, PREFERENCE_APPLIED],
        request=requests.UpdateInterviewRequest,
        request_example=examples.UPDATE,
        responses={200: OpenApiResponse(bodies.UpdatedInterviewRequest, description="Interview request updated")},
        response_example=examples.UPDATED,
        errors=[PreconditionFailed],
    )
    def patch(self, request: Request, id: int) -> Response:
        principal = principal_of(request)
        texts = UPDATE.run_validation(request.data)
        if_match = request.META.get("HTTP_IF_MATCH")
        versions = bulk.update(principal, id, if_match, digest=principal.digest, **texts)
        etag = {"ETag": etag_of(versions)}
        if not prefers_representation(request):
            return Response({"interview_request_id": id}, headers=etag)
        # The ETag is that of the update: If-Match then also refuses a change between the two statements.
        body = body_of(bodies.UpdatedInterviewRequest, read(principal, id))
        return Response(body, headers={**etag, "Preference-Applied": REPRESENTATION})


def read(principal: Principal, id: int) -> InterviewRequestRow:
    """Raises NotFound."""
    try:
        return InterviewRequestRow.read(org_id=principal.org_id, interview_request_id=id, digest=principal.digest)
    except InterviewRequest.DoesNotExist:
        raise NotFound(requests.NO_SUCH_REQUEST) from None


class InterviewTypesView(ApiView):
    verifying_methods = ("GET", "HEAD")

    @operation(
        operation_id="list_interview_types",
        summary="List interview types",
        description="Returns your organization's interview types, except archived ones. POST /interviews needs the id "
        "of one.",
        parameters=[PageQuery],
        responses={200: OpenApiResponse(bodies.InterviewTypePage, description="A page, newest first")},
        response_example=examples.INTERVIEW_TYPES,
    )
    def get(self, request: Request) -> Response:
        query = LIST_TYPES.run_validation(request.query_params)
        return page_response(INTERVIEW_TYPES, query, request)


ARCHIVED_TYPE = "This interview type is archived. GET /interview-types lists those that take new interview requests."
TAKEN_ID = "Nothing was created. Your organization has another contact with this id. GET /interviews filters by it."
NO_SUCH_TYPE = "Your organization has no interview type with this id. GET /interview-types lists them."


def would_overwrite(org_id: int, body: Mapping[str, Any]) -> bool:
    """Whether the POST has texts for a contact that exists, or a deal that exists."""
    contacts = Contact.objects.for_org(org_id).filter(email=body["contact_email"])
    # An objective is of the new interview request.
    if {*UPDATE.fields, "contact_external_id"} & body.keys() - {"objective"} and contacts.exists():
        return True
    return "deal" in body and Deal.objects.for_org(org_id).filter(deal_id=body["deal_id"]).exists()


def kind_of(org_id: int, body: dict[str, Any]) -> tuple[Sequence | None, InterviewType]:
    """Takes the ids out of the body. Raises ValidationError."""
    if "interview_type_id" in body:
        return None, get_type(org_id, body.pop("interview_type_id"))
    sequences = Sequence.objects.for_org(org_id).select_related("interview_type__org").defer("interview_type__guide")
    if sequence := sequences.filter(pk=body.pop("sequence_id")).first():
        return sequence, sequence.interview_type
    raise ValidationError({"sequence_id": [NO_SUCH_SEQUENCE]})


def get_type(org_id: int, interview_type_id: int) -> InterviewType:
    """Without the guide, which is long. Raises ValidationError."""
    types = InterviewType.objects.for_org(org_id).select_related("org")
    found = types.only("org_id", "name", "guide_version", "archived_at", "org__survey_base_url")
    if interview_type := found.filter(pk=interview_type_id).first():
        return interview_type
    raise ValidationError({"interview_type_id": [NO_SUCH_TYPE]})
