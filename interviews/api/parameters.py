from drf_spectacular.utils import OpenApiParameter

from hindsight.api.operations import header
from hindsight.api.preconditions import IF_MATCH_SCHEMA
from interviews.api.bodies import INTERVIEW_REQUEST_ID

ID = OpenApiParameter(
    "id",
    INTERVIEW_REQUEST_ID,
    OpenApiParameter.PATH,
    description="The interview_request_id returned when the interview request was created.",
)
IF_MATCH = header(
    "If-Match",
    IF_MATCH_SCHEMA,
    "An ETag of GET, POST or PATCH. If the interview request or its contact has changed since, nothing is updated, and "
    "the response is 412.",
    example='"7-3-2"',
)
ETAG = header(
    "ETag",
    str,
    "The version of the interview request, its contact and its guide, and the time of the last activity.",
    response=[200, 201, 304],
)

NO_SUCH_REQUEST = "Your organization has no interview request with this id."
