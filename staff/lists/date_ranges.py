"""List filters by days, in UTC."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.admin import ListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from staff.lists.filters import kept_parameters


class DayInput(forms.DateInput):
    input_type = "date"


class DateRangeFilter(ListFilter):
    """`field` has an index: while the range is used, the list is ordered by it, newest first."""

    template = "staff/lists/date_range.html"
    field = ""
    parameters = ("", "")
    # Whether the index begins with the org.
    needs_org = False

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        for name in self.parameters:
            if values := params.pop(name, None):
                self.used_parameters[name] = values[-1]
        self.is_offered = bool(self.used_parameters) or not self.needs_org or "org" in request.GET

    @classmethod
    def orders(cls, request: HttpRequest) -> bool:
        is_indexed = not cls.needs_org or "org" in request.GET
        return is_indexed and any(day_in(request.GET.get(name)) for name in cls.parameters)

    def has_output(self) -> bool:
        return self.is_offered

    def expected_parameters(self) -> list[str | None]:
        return list(self.parameters)

    def choices(self, changelist: Any) -> Iterator[Any]:
        """One choice, for the template."""
        names = zip(self.parameters, ("from", "to"), strict=True)
        this = timezone.now().date().replace(day=1)
        last = this - timedelta(days=1)
        months = {"This month": (this, ""), "Last month": (last.replace(day=1), last)}
        days = [(name, label, self.used_parameters.get(name, "")) for name, label in names]
        chip = " ".join(f"{label} {value}" for _, label, value in days if value)
        yield {
            "days": days,
            "chip": chip and f"{self.title}: {chip}",
            "others": kept_parameters(changelist, self.parameters),
            "months": [
                (label, changelist.get_query_string(dict(zip(self.parameters, map(str, days), strict=True))))
                for label, days in months.items()
            ],
            "remove": changelist.get_query_string(remove=list(self.parameters)),
        }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first, last = (day_in(self.used_parameters.get(name)) for name in self.parameters)
        return in_days(queryset, self.field, first, last)


def day_in(text: Any) -> date | None:
    try:
        return datetime.fromisoformat(str(text or "").strip()).date()
    except ValueError:
        return None


def in_days(rows: QuerySet[Any], field: str, first: date | None, last: date | None) -> QuerySet[Any]:
    """Includes both days."""
    if first:
        rows = rows.filter(**{f"{field}__gte": midnight(first)})
    if last and (end := after_day(last)):
        rows = rows.filter(**{f"{field}__lt": end})
    return rows


def after_day(day: date) -> datetime | None:
    return midnight(day + timedelta(days=1)) if day < date.max else None


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


class CreatedRange(DateRangeFilter):
    title = "creation"
    field = "created_at"
    parameters = ("created_since", "created_until")


class CompletedRange(DateRangeFilter):
    title = "completion"
    field = "completed_at"
    parameters = ("completed_since", "completed_until")


class ChangedRange(DateRangeFilter):
    title = "last change"
    field = "updated_at"
    parameters = ("changed_since", "changed_until")
    needs_org = True


class BegunRange(DateRangeFilter):
    """Links set it. It does not order the list: the day is a column of the conversation."""

    title = "begun"
    field = "conversation__consented_at"
    parameters = ("begun_since", "begun_until")

    @classmethod
    def orders(cls, request: HttpRequest) -> bool:
        return False

    def has_output(self) -> bool:
        return bool(self.used_parameters)
