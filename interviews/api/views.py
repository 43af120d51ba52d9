from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from hindsight.api.errors import NotFound, PreconditionFailed
from hindsight.api.schema import header, operation
from hindsight.api.views import ApiView
from interviews import services
from interviews.api.etags import etag_of, if_match, none_match
from interviews.api.serializers import InterviewRequestSerializer, UpdatedInterviewRequest, UpdateInterviewRequest
from interviews.models import InterviewRequest
from orgs.authentication import ApiKeyAuthentication, principal_of

ID = OpenApiParameter(
    "interview_request_id",
    int,
    OpenApiParameter.PATH,
    description="The interview_request_id returned when the interview was created.",
)
IF_MATCH = header("If-Match", str, "The ETag that GET gave: nothing is overwritten that has changed since then.")
IF_NONE_MATCH = header("If-None-Match", str, "The ETag that GET gave: 304 where nothing has changed since then.")
ETAG = header("ETag", str, "The version that was read.", response=[200, 304])

NO_SUCH_REQUEST = "No interview request of your organization has this id."


class InterviewRequestView(ApiView):
    authentication_classes = [ApiKeyAuthentication]

    @operation(
        operation_id="get_interview_request",
        summary="Get an interview request",
        parameters=[ID, IF_NONE_MATCH, ETAG],
        responses={
            200: OpenApiResponse(InterviewRequestSerializer, description="The interview request"),
            304: OpenApiResponse(description="What you have is current"),
        },
    )
    def get(self, request: Request, interview_request_id: int) -> Response:
        """Status, contact and, once completed, the transcript. `ETag` names the version that was read."""
        requests = InterviewRequest.objects.for_org(principal_of(request).org_id)
        found = get_or_404(requests.select_related("contact", "transcript"), interview_request_id)
        data = InterviewRequestSerializer(found).data
        etag = etag_of(data)
        if none_match(request.headers.get("If-None-Match"), etag):
            return Response(status=304, headers={"ETag": etag})
        return Response(data, headers={"ETag": etag})

    @operation(
        operation_id="update_interview_request",
        summary="Update an interview request",
        parameters=[ID, IF_MATCH],
        request=UpdateInterviewRequest,
        responses={200: OpenApiResponse(UpdatedInterviewRequest, description="Interview request updated")},
        errors=[PreconditionFailed],
    )
    def patch(self, request: Request, interview_request_id: int) -> Response:
        """Updates context on an interview request, with any combination of the fields; at least one.

        `contact_context` and `contact_name` overwrite the contact's notes and name, `objective` the goal of this one
        interview. Fields that are not sent stay as they are. With `If-Match` nothing is overwritten that has changed
        since it was read.
        """
        body = UpdateInterviewRequest(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            updated = services.update_interview_request(
                org_id=principal_of(request).org_id,
                interview_request_id=interview_request_id,
                actor=principal_of(request).actor,
                precondition=if_match(request.headers.get("If-Match")),
                **body.validated_data,
            )
        except InterviewRequest.DoesNotExist:
            raise NotFound(NO_SUCH_REQUEST) from None
        return Response(UpdatedInterviewRequest(updated).data)


def get_or_404(queryset: QuerySet[InterviewRequest], interview_request_id: int) -> InterviewRequest:
    try:
        return queryset.get(pk=interview_request_id)
    except InterviewRequest.DoesNotExist:
        raise NotFound(NO_SUCH_REQUEST) from None
