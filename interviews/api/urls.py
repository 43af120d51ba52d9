from django.urls import path, register_converter
from django.urls.converters import StringConverter

from deals.api import views as deals
from hindsight.db.ids import id_in
from interviews.api.mark_views import CancelView, ContactEmailView, SentView, UncancelView
from interviews.api.search_views import FindingsView, TranscriptSearchView
from interviews.api.views import InterviewRequestsView, InterviewRequestView, InterviewTypesView
from orgs import api as me_urls
from sequences.api import views as sequences
from webhooks.api import event_views
from webhooks.api import views as webhooks


class IdConverter(StringConverter):
    """Invalid ids become NO_ID, and give a normal 404 after authentication and rate limiting."""

    def to_python(self, value: str) -> int:  # type: ignore[override]
        return id_in(value)


register_converter(IdConverter, "id")

urlpatterns = [
    *deals.urlpatterns,
    path("api/v1/interviews", InterviewRequestsView.as_view(), name="interview-requests"),
    path("api/v1/interviews/<id:id>", InterviewRequestView.as_view(), name="interview-request"),
    path("api/v1/interviews/<id:id>/sent", SentView.as_view(), name="interview-request-sent"),
    path("api/v1/interviews/<id:id>/cancel", CancelView.as_view(), name="interview-request-cancel"),
    path("api/v1/interviews/<id:id>/uncancel", UncancelView.as_view(), name="interview-request-uncancel"),
    path("api/v1/interviews/<id:id>/contact-email", ContactEmailView.as_view(), name="interview-request-contact-email"),
    path("api/v1/transcripts/search", TranscriptSearchView.as_view(), name="transcript-search"),
    path("api/v1/findings", FindingsView.as_view(), name="findings"),
    path("api/v1/interview-types", InterviewTypesView.as_view(), name="interview-types"),
    *sequences.urlpatterns,
    *webhooks.urlpatterns,
    *event_views.urlpatterns,
    *me_urls.urlpatterns,
]
