"""List filters of the links on the first page. A list shows them while they are set."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest

from staff.filters import TextFilter, storable
from webhooks.models import Endpoint


class DateFilter(TextFilter):
    """A date without a time means its midnight (UTC). Ignores text that is neither."""

    placeholder = "YYYY-MM-DD"
    lookup = ""

    def has_output(self) -> bool:
        return bool(self.value())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        try:
            time = datetime.fromisoformat(self.value() or "").replace(tzinfo=UTC)
        except ValueError:
            return queryset
        return queryset.filter(**{self.lookup: time})


class BegunSince(DateFilter):
    title = "first day of the consent"
    help_text = "First day of the consent"
    parameter_name = "begun_since"
    lookup = "conversation__consented_at__gte"


class BegunBefore(DateFilter):
    title = "day after the consent"
    help_text = "Day after the consent"
    parameter_name = "begun_before"
    lookup = "conversation__consented_at__lt"


class LastTopicFilter(TextFilter):
    """An empty value: Paige has asked nothing."""

    title = "last topic"
    help_text = "Key of the last topic"
    parameter_name = "last_topic"

    def has_output(self) -> bool:
        return self.value() is not None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        return queryset.filter(conversation__last_topic=storable(self.value() or ""))


class FailingFilter(SimpleListFilter):
    """Endpoints that fail now."""

    title = "failing"
    parameter_name = "failing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [("yes", "yes")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pk__in=Endpoint.objects.failing().values("pk")) if self.value() == "yes" else queryset
