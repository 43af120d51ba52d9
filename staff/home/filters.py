"""Lists show these filters while they are set."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest

from staff.lists.date_ranges import day_in, midnight
from staff.lists.filters import TextFilter, storable
from webhooks.models import Endpoint


class DateFilter(TextFilter):
    """By the midnight of a day (UTC). Other texts are ignored."""

    placeholder = "YYYY-MM-DD"
    lookup = ""

    def has_output(self) -> bool:
        return bool(self.value())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        day = day_in(self.value())
        return queryset.filter(**{self.lookup: midnight(day)}) if day else queryset


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
    """An empty value matches interviews in which Paige has asked nothing."""

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
    title = "failing"
    parameter_name = "failing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [("yes", "yes")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pk__in=Endpoint.objects.failing().values("pk")) if self.value() == "yes" else queryset
