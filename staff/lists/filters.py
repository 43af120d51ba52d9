"""What bounds the cost of a list: its sorting and counting, and filters for fields with too many values to list."""

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import Any, cast

from django.contrib.admin import FieldListFilter, SimpleListFilter
from django.contrib.admin.views.main import ORDER_VAR, SEARCH_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, Subquery
from django.db.models.lookups import IsNull
from django.http import HttpRequest

from deals.models import Deal, Outcome
from interviews.lifecycle import DisplayedStatus, Flag
from interviews.models import Conversation, InterviewType
from interviews.models.interview_request import reported_deals
from staff.orgs.org_choice import MAX_MATCHES, chosen_orgs, label_of
from staff.orgs.permissions import may, orgs_with

MAX_TYPES = 30
MAX_COUNT = 1_000


def storable(text: str) -> str:
    """PostgreSQL refuses NUL characters."""
    return text.replace("\x00", "").strip()


def kept_parameters(changelist: Any, but: Collection[str]) -> list[tuple[str, str]]:
    """What a form of one filter keeps: the other filters, the search and the order."""
    filters = [(name, values[0]) for name, values in changelist.get_filters_params().items() if name not in but]
    others = ((SEARCH_VAR, changelist.query), (ORDER_VAR, changelist.params.get(ORDER_VAR, "")))
    return [*filters, *((name, value) for name, value in others if value)]


class TextFilter(SimpleListFilter):
    template = "staff/lists/text_filter.html"
    placeholder = ""
    help_text = ""
    lookup = ""
    is_always_shown = True
    """Otherwise only while it is set, which links do."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return []

    def has_output(self) -> bool:
        return self.is_always_shown or bool(self.value())

    def choices(self, changelist: Any) -> Iterator[Any]:
        """One choice, for the template."""
        yield {
            "text": self.value() or "",
            "others": kept_parameters(changelist, [str(self.parameter_name)]),
            "chip": None if self.value() is None else f"{self.title}: {self.value() or 'none'}",
            "remove": changelist.get_query_string(remove=[self.parameter_name]),
        }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.lookup: storable(self.value() or "")}) if self.value() else queryset


class OrgFilter(TextFilter):
    title = "org"
    parameter_name = "org"
    placeholder = "choose, or type a part"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        text = storable(self.value() or "")
        self.orgs = chosen_orgs(request, text) if text else []
        self.may_see_orgs = may(request, "orgs.view_org")
        self.is_unclear = self.may_see_orgs and bool(text) and len(self.orgs) != 1

    def choices(self, changelist: Any) -> Iterator[Any]:
        [choice] = super().choices(changelist)
        if self.may_see_orgs and len(self.orgs) == 1:
            choice["text"] = label_of(self.orgs[0])
            choice["chip"] = f"org: {self.orgs[0].name}"
        elif self.may_see_orgs:
            urls = ((org, changelist.get_query_string({self.parameter_name: org.slug})) for org in self.orgs)
            choice["matches"] = list(urls)[:MAX_MATCHES]
            choice["has_more"] = len(self.orgs) > MAX_MATCHES
        yield choice

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Test rooms are shown only if they are chosen."""
        if not self.value():
            return queryset.without_test_rooms()
        return queryset.filter(org__in=[org.pk for org in self.orgs])


class EventOrgFilter(OrgFilter):
    """Events have the slug: the org may have been deleted."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        slugs = [org.slug for org in self.orgs] if self.may_see_orgs else []
        typed = storable(self.value() or "").lower()
        return queryset.filter(org__in=slugs or [typed]) if self.value() else queryset


def in_chosen_orgs(request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of the orgs that OrgFilter shows."""
    text = storable(request.GET.get(OrgFilter.parameter_name, ""))
    return rows.filter(org__in=chosen_orgs(request, text)) if text else rows


def has_deal(**lookups: str) -> IsNull:
    """Whether an interview request has such a deal.

    PostgreSQL expects few rows of a join by two columns, and would read and sort all of them. It expects most rows of
    IS NOT NULL, so it reads the list in the order of its index until the page is full.
    """
    return IsNull(Subquery(reported_deals().filter(**lookups).values("pk")), False)


class ChoiceFilter(SimpleListFilter):
    """`options`: values with their labels."""

    options: Sequence[tuple[str, Any]] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [*self.options]


class OutcomeFilter(ChoiceFilter):
    title = "outcome"
    parameter_name = "outcome"
    options = Outcome.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        outcome = self.value() or ""
        return queryset.filter(has_deal(outcome=outcome)) if outcome in Outcome.values else queryset


class CompetitorFilter(TextFilter):
    title = "competitor"
    parameter_name = "competitor"
    placeholder = "any part of its name"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Reads the deals of a rare competitor first. For a frequent one, reads the list in the order of its index."""
        if not (text := storable(self.value() or "")):
            return queryset
        deals = in_chosen_orgs(request, Deal.objects.filter(competitor__icontains=text).order_by())
        found = list(deals.values_list("pk", flat=True)[: MAX_COUNT + 1])
        if len(found) <= MAX_COUNT:
            return queryset.filter(reported_deal__pk__in=found)
        return queryset.filter(has_deal(competitor__icontains=text))


class DealFilter(TextFilter):
    """The search box finds deals, too."""

    title = "deal"
    parameter_name = "deal"
    help_text = "The whole id of a deal"
    lookup = "deal_id"
    is_always_shown = False


class LastTopicFilter(TextFilter):
    """An empty value matches interviews in which Paige has asked nothing."""

    title = "last topic"
    help_text = "The key of the topic in the guide"
    parameter_name = "last_topic"
    lookup = "conversation__last_topic"

    def has_output(self) -> bool:
        return self.value() is not None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        text = self.value()
        return queryset if text is None else queryset.filter(**{self.lookup: storable(text)})


class EventActorFilter(TextFilter):
    title = "actor"
    parameter_name = "by"
    placeholder = "login or command"
    help_text = "Staff login or command"
    lookup = "actor"


class ConversationFilter(ChoiceFilter):
    title = "interview"
    parameter_name = "conversation"
    options = (
        ("running", DisplayedStatus.UNDER_WAY.label),
        ("abandoned", DisplayedStatus.ABANDONED.label),
        ("broken_off", "broken off"),
        ("completed", DisplayedStatus.COMPLETED.label),
    )

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        """Only links choose *completed*. The filter by status offers it, and also finds rows without a conversation."""
        return [option for option in self.options if option[0] != "completed" or self.value() == "completed"]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in dict(self.lookup_choices):
            return queryset
        conversations = getattr(Conversation.objects, str(self.value()))()
        return queryset.filter(pk__in=conversations.values("pk"))


def titled(title: str, kind: type[FieldListFilter]) -> type[FieldListFilter]:
    """Django's own title is the name of the field."""

    class OwnTitle(kind):  # type: ignore[misc, valid-type]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.title = title

    return OwnTitle


class HidingFilter(ChoiceFilter):
    """Hides rows, unless staff search or choose otherwise. The first option shows only rows like these.

    `hides` and `default`: what is hidden, and what is shown at first, in words.
    """

    hides, default = "", ""
    hidden, shown = Q(), Q()

    def choices(self, changelist: Any) -> Iterator[Any]:
        default, *others = super().choices(changelist)
        yield {**default, "display": "all" if changelist.query else self.default}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == self.options[0][0]:
            return queryset.filter(self.hidden)
        is_shown = self.value() == "all" or request.GET.get(SEARCH_VAR, "").strip()
        return queryset if is_shown else queryset.filter(self.shown)


class ArchivedFilter(HidingFilter):
    title = "archived"
    parameter_name = "archived"
    options = (("yes", "archived"), ("all", "all"))
    hides, default = "archived", "not archived"
    hidden, shown = Q(archived_at__isnull=False), Q(archived_at__isnull=True)


class FlagFilter(ChoiceFilter):
    title = "wish of the contact"
    parameter_name = "flags"
    options = (("any", "any"), *Flag.choices)

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
        types = in_chosen_orgs(request, InterviewType.objects.order_by("name"))
        names = types.values_list("name", flat=True).distinct()
        if (visible := orgs_with(request, "interviews.view_interviewrequest")) is not None:
            names = names.filter(org__in=visible)
        return [(name, name) for name in names[:MAX_TYPES]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        types = InterviewType.objects.filter(name=storable(self.value() or ""))
        return queryset.filter(interview_type__in=types.values("pk"))


class AtLeast(int):
    """A lower bound of a count."""

    def __str__(self) -> str:
        return f"more than {int(self):,}"


class BoundedChangeList(ChangeList):
    """Sorts only by the columns of `sortable_by`. Django hides the others' links, but obeys their parameters."""

    @property
    def clear_search(self) -> str:
        return self.get_query_string(remove=[SEARCH_VAR])

    @property
    def hidden(self) -> str:
        """What the list does not show as long as nothing is chosen."""
        specs: list[Any] = [spec for spec in self.filter_specs if getattr(spec, "hides", "")]
        return next((spec.hides for spec in specs if not spec.value()), "")

    @property
    def opens_filters(self) -> bool:
        """Whether a filter has something to ask."""
        return any(getattr(spec, "is_unclear", False) for spec in self.filter_specs)

    def chips(self) -> Iterator[tuple[str, str]]:
        """What narrows the list, each with the URL of the list without it."""
        if self.query:
            yield f"“{self.query}”", self.clear_search
        for spec in self.filter_specs:
            first, *others = spec.choices(self)
            selected = next((choice["display"] for choice in others if choice.get("selected")), None)
            if chip := first.get("chip") or (selected and f"{spec.title}: {selected}"):
                yield str(chip), str(first.get("remove") or first["query_string"])

    def get_ordering_field(self, field_name: Any) -> Any:
        return super().get_ordering_field(field_name) if field_name in (self.sortable_by or ()) else None


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts at most MAX_COUNT rows: a list of millions costs as much as one of a thousand."""

    @cached_property
    def count(self) -> int:
        rows = cast(QuerySet[Any], self.object_list)
        count = rows.values("pk")[: MAX_COUNT + 1].count()  # keeps the list's order, which has an index
        return count if count <= MAX_COUNT else AtLeast(MAX_COUNT)
