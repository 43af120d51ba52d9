from django.urls import path, register_converter

from hindsight.db.ids import is_id
from interviews.api.views import InterviewRequestsView, InterviewRequestView, InterviewTypesView


class IdConverter:
    """Invalid ids become 0, and give a normal 404 after authentication and rate limiting."""

    regex = "[^/]+"

    def to_python(self, value: str) -> int:
        return int(value) if is_id(value) else 0

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(IdConverter, "id")

urlpatterns = [
    path("interviews", InterviewRequestsView.as_view(), name="interview-requests"),
    path("interviews/<id:interview_request_id>", InterviewRequestView.as_view(), name="interview-request"),
    path("interview-types", InterviewTypesView.as_view(), name="interview-types"),
]
