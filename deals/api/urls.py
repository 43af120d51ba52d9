from django.urls import path, register_converter

from deals.api.views import DealsView, DealView


class DealIdConverter:
    """An id may contain slashes, but a slash at the end is another path, as elsewhere in the API."""

    regex = "[^/](?:.*[^/])?"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(DealIdConverter, "deal_id")

urlpatterns = [
    path("api/v1/deals", DealsView.as_view(), name="deals"),
    path("api/v1/deals/<deal_id:deal_id>", DealView.as_view(), name="deal"),
]
