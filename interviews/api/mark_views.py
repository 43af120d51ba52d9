from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.serializers import Serializer

from hindsight.api.errors import ApiError, Conflict, NotFound, PreconditionFailed
from hindsight.api.json_bodies import Response, body_of
from hindsight.api.operations import operation
from hindsight.api.preconditions import refuse_body
from hindsight.api.views import ApiView
from interviews.api import bodies, examples, requests
from interviews.api.etags import ETAG, IF_MATCH, etag_of, versions_of
from interviews.models import InterviewRequest
from interviews.services.address import correct_address
from interviews.services.marks import CANCELLED, NOT_CANCELLED, SENT, Mark, mark_one
from orgs.authentication import principal_of

SENT_DESCRIPTION = """Marks the survey link as sent by your own mail: `status` becomes `sent`, and `email_sent_at` the
time. Repeating it changes nothing. If the interview request is completed or cancelled, the response is 409."""

CANCEL_DESCRIPTION = """Ends an interview request that nobody is to answer. Its survey link says so, and the event
`interview.cancelled` follows. `status` stays, and `cancelled_at` is the time. Repeating it changes nothing. If the
interview is completed, the response is 409."""

UNCANCEL_DESCRIPTION = """Takes the cancellation back. The survey link works again, and the interview goes on where it
was. Another `interview.cancelled` follows. Repeating it changes nothing."""

CORRECT_DESCRIPTION = """Corrects a mistyped address of the contact, for all of the contact's interview requests, while
none of them has the contact's consent. Their survey links are replaced, because somebody else may have got them, and
those that were sent are `created` again: send the new `survey_url`. A sequence sends it itself. The response is 409 if
the contact has begun an interview, or if another contact of your organization has the address."""

CORRECT = requests.CorrectContactEmail()


class RequestActionView(ApiView):
    if_match_methods = ("POST",)

    def act(
        self, service: Callable[..., InterviewRequest], declared: type[Serializer[Any]], request: Request, id: int
    ) -> Response:
        """Raises NotFound, Conflict and what the service raises."""
        principal = principal_of(request)
        try:
            row = service(
                org_id=principal.org_id,
                interview_request_id=id,
                actor=principal.actor,
                if_versions=versions_of(request.META.get("HTTP_IF_MATCH")),
            )
        except InterviewRequest.DoesNotExist:
            raise NotFound(requests.NO_SUCH_REQUEST) from None
        except ValidationError as error:
            raise Conflict(" ".join(error.messages)) from None
        return Response(body_of(declared, bodies.WrittenRow(row)), headers={"ETag": etag_of(row.versions)})


def mark_view(mark: Mark, *, done: str, errors: Sequence[type[ApiError]], **described: Any) -> type[RequestActionView]:
    """`done`: describes the response."""

    class MarkView(RequestActionView):
        @operation(
            parameters=[requests.ID, IF_MATCH, ETAG],
            responses={200: OpenApiResponse(bodies.MarkedInterviewRequest, description=done)},
            errors=errors,
            **described,
        )
        def post(self, request: Request, id: int) -> Response:
            refuse_body(request)
            return self.act(partial(mark_one, mark), bodies.MarkedInterviewRequest, request, id)

    return MarkView


SentView = mark_view(
    SENT,
    operation_id="mark_interview_request_sent",
    summary="Mark an interview request as sent",
    description=SENT_DESCRIPTION,
    done="Marked as sent",
    response_example=examples.SENT,
    errors=[Conflict, PreconditionFailed],
)
CancelView = mark_view(
    CANCELLED,
    operation_id="cancel_interview_request",
    summary="Cancel an interview request",
    description=CANCEL_DESCRIPTION,
    done="Cancelled",
    response_example=examples.CANCELLED,
    errors=[Conflict, PreconditionFailed],
)
UncancelView = mark_view(
    NOT_CANCELLED,
    operation_id="uncancel_interview_request",
    summary="Take a cancellation back",
    description=UNCANCEL_DESCRIPTION,
    done="No longer cancelled",
    response_example=examples.SENT,
    errors=[PreconditionFailed],
)


class ContactEmailView(RequestActionView):
    @operation(
        operation_id="correct_contact_email",
        summary="Correct the contact's address",
        description=CORRECT_DESCRIPTION,
        parameters=[requests.ID, IF_MATCH, ETAG],
        request=requests.CorrectContactEmail,
        request_example=examples.CORRECT,
        responses={200: OpenApiResponse(bodies.CorrectedInterviewRequest, description="The address is corrected")},
        response_example=examples.CORRECTED,
        errors=[Conflict, PreconditionFailed],
    )
    def post(self, request: Request, id: int) -> Response:
        email = CORRECT.run_validation(request.data)["contact_email"]
        service = partial(correct_address, email=email)
        return self.act(service, bodies.CorrectedInterviewRequest, request, id)
