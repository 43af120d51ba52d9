"""List filters for fields with too many values to list."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import ChoicesFieldListFilter, SimpleListFilter
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest

from interviews.lifecycle import Flag, Standing
from interviews.models import Conversation, InterviewType
from orgs.models import Org
from staff.own_orgs import orgs_with_visible_interviews

MAX_TYPES = 30


def storable(text: str) -> str:
    """PostgreSQL refuses NUL characters."""
    return text.replace("\x00", "").strip()


class TextFilter(SimpleListFilter):
    template = "staff/text_filter.html"
    placeholder = ""
    help_text = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return []

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Iterator[Any]:
        """One choice, for the template."""
        kept = changelist.get_filters_params().items()
        others = [(name, values[0]) for name, values in kept if name != self.parameter_name]
        yield {
            "text": self.value() or "",
            "others": [*others, *([("q", changelist.query)] if changelist.query else [])],
            "remove": changelist.get_query_string(remove=[self.parameter_name]),
        }


class OrgFilter(TextFilter):
    """By slug: there may be thousands of orgs."""

    title = "org"
    parameter_name = "org"
    placeholder = "slug"
    help_text = "Slug of the org"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        slug = self.value()
        if not slug:
            return queryset
        return queryset.filter(
            org__in=list(Org.objects.filter(slug=storable(slug).lower()).values_list("pk", flat=True))
        )


class EventOrgFilter(OrgFilter):
    """By slug: the org may have been deleted."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(org=storable(self.value() or "").lower()) if self.value() else queryset


class EventActorFilter(TextFilter):
    title = "actor"
    parameter_name = "by"
    placeholder = "login or command"
    help_text = "Staff login or command"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(actor=storable(self.value() or "")) if self.value() else queryset


class ConversationFilter(SimpleListFilter):
    title = "conversation"
    parameter_name = "conversation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [
            ("running", Standing.UNDER_WAY.label),
            ("abandoned", Standing.ABANDONED.label),
            ("broken_off", "broken off"),
            ("completed", Standing.COMPLETED.label),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in dict(self.lookup_choices):
            return queryset
        conversations = getattr(Conversation.objects, str(self.value()))()
        return queryset.filter(pk__in=conversations.values("pk"))


class ApiStatusFilter(ChoicesFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "status in the API"


class ArchivedFilter(SimpleListFilter):
    """Hides archived rows, unless staff search or choose otherwise."""

    title = "archive"
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [("yes", "archived"), ("all", "all")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        default, *others = super().choices(changelist)
        yield {**default, "display": "all" if changelist.query else "not archived"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "yes":
            return queryset.filter(archived_at__isnull=False)
        is_shown = self.value() == "all" or request.GET.get(SEARCH_VAR, "").strip()
        return queryset if is_shown else queryset.filter(archived_at__isnull=True)


class FlagFilter(SimpleListFilter):
    title = "wish of the contact"
    parameter_name = "flags"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [("any", "any"), *((flag.value, flag.label) for flag in Flag)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        flagged = queryset.exclude(flags="")
        if self.value() in Flag.values:
            return flagged.filter(flags__contains=self.value())
        return flagged if self.value() == "any" else queryset


class InterviewTypeFilter(SimpleListFilter):
    """By name, because each org has its own types."""

    title = "interview type"
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        names = InterviewType.objects.order_by("name").values_list("name", flat=True).distinct()
        if org := request.GET.get("org"):
            names = names.filter(org__slug=storable(org))
        if (visible := orgs_with_visible_interviews(request)) is not None:
            names = names.filter(org__in=visible)
        return [(name, name) for name in names[:MAX_TYPES]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        return queryset.filter(
            interview_type__in=InterviewType.objects.filter(name=storable(self.value() or "")).values("pk")
        )
