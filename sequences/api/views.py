from typing import Any, NamedTuple

from django.apps import apps
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request

from hindsight.api.errors import NotFound
from hindsight.api.json_bodies import Response, body_of
from hindsight.api.operations import operation
from hindsight.api.pagination import Listing, PageQuery
from hindsight.api.views import ApiView
from orgs.authentication import KEY_IS_VALID, page_response, principal_of
from sequences.api import bodies
from sequences.models import Sequence

ID = OpenApiParameter("id", str, OpenApiParameter.PATH, description="An id from GET /sequences, such as seq_3.")
NO_SUCH_SEQUENCE = "Your organization has no sequence with this id. GET /sequences lists them."

LIST = PageQuery()


class SequenceRow(NamedTuple):
    pk: int
    name: str
    type_id: int
    language: str

    @property
    def id(self) -> str:
        return f"{Sequence.ID_PREFIX}{self.pk}"

    @property
    def interview_type_id(self) -> str:
        return f"{apps.get_model('interviews.InterviewType').ID_PREFIX}{self.type_id}"

    def body(self) -> dict[str, Any]:
        return body_of(bodies.SequenceSummarySerializer, self)


SEQUENCES = Listing(
    model=Sequence,
    alias="sequence",
    row=SequenceRow._make,
    select=f"""
SELECT sequence.id, sequence.name, sequence.interview_type_id, sequence.language
FROM sequences_sequence AS sequence
WHERE sequence.org_id = %(org_id)s AND sequence.archived_at IS NULL AND {KEY_IS_VALID}""",  # noqa: S608
)


class SequencesView(ApiView):
    verifying_methods = ("GET", "HEAD")

    @operation(
        operation_id="list_sequences",
        summary="List sequences",
        description="Returns your organization's sequences, except archived ones: the mails that Paige sends with "
        "sequence_id in POST /interviews.",
        parameters=[PageQuery],
        responses={200: OpenApiResponse(bodies.SequencePage, description="A page, newest first")},
        response_example=bodies.PAGE_EXAMPLE,
    )
    def get(self, request: Request) -> Response:
        return page_response(SEQUENCES, LIST.run_validation(request.query_params), request)


class SequenceView(ApiView):
    @operation(
        operation_id="get_sequence",
        summary="Get a sequence",
        description="Returns the sequence with its mails, also if it is archived.",
        parameters=[ID],
        responses={200: OpenApiResponse(bodies.SequenceSerializer, description="The sequence")},
        response_example=bodies.EXAMPLE,
    )
    def get(self, request: Request, id: str) -> Response:
        row = Sequence.objects.for_org(principal_of(request).org_id).filter(pk=Sequence.pk_in(id)).first()
        if row is None:
            raise NotFound(NO_SUCH_SEQUENCE)
        summary = SequenceRow(row.pk, row.name, row.interview_type_id, row.language).body()
        steps = [*row.steps.values("number", "delay", "subject", "text")]
        return Response({**summary, "needs_approval": row.needs_approval, "steps": steps})


urlpatterns = [
    path("api/v1/sequences", SequencesView.as_view(), name="sequences"),
    path("api/v1/sequences/<str:id>", SequenceView.as_view(), name="sequence"),
]
