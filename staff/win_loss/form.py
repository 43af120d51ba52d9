from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from deals.models import Outcome
from deals.text import AMOUNT_DECIMALS, AMOUNT_DIGITS, MAX_LABEL_LENGTH
from interviews.models import InterviewType
from interviews.reports.win_loss import LABELS, Sample, Selection, Span, key_of, spellings
from orgs.models import Org
from staff.lists.date_ranges import DayInput, midnight
from staff.orgs.org_choice import NO_ORG, OrgField, org_input
from staff.orgs.permissions import may, orgs_with

INTERVIEWS = "interviews.view_interviewrequest"
MAX_DAYS = 366
MAX_CHOICES = 100
MORE = ("since", "until", "interview_type", "least", "most")
FIRST_DAY = date(2000, 1, 1)


class PeriodChoice(models.TextChoices):
    THIS_MONTH = "this_month", "This month"
    LAST_MONTH = "last_month", "Last month"
    THIS_QUARTER = "this_quarter", "This quarter"
    LAST_QUARTER = "last_quarter", "Last quarter"
    CUSTOM = "custom", "From … to …"


# The months of the period, and how many periods ago it was.
CALENDAR = {
    PeriodChoice.THIS_MONTH: (1, 0),
    PeriodChoice.LAST_MONTH: (1, 1),
    PeriodChoice.THIS_QUARTER: (3, 0),
    PeriodChoice.LAST_QUARTER: (3, 1),
}


@dataclass(frozen=True)
class Period:
    """In UTC. It is compared with the span before."""

    span: Span
    before: Span

    @property
    def is_running(self) -> bool:
        return self.span.until > timezone.now()


def _amount(label: str) -> forms.DecimalField:
    return forms.DecimalField(
        required=False, label=label, max_digits=AMOUNT_DIGITS, decimal_places=AMOUNT_DECIMALS, min_value=0
    )


def _picker() -> forms.CharField:
    """Its choices are what the interviews of the period have."""
    return forms.CharField(required=False, max_length=MAX_LABEL_LENGTH, widget=forms.Select)


class WinLossForm(forms.Form):
    org = OrgField(required=False, max_length=200, widget=org_input(placeholder="All"))
    period = forms.ChoiceField(choices=PeriodChoice.choices)
    outcome = forms.ChoiceField(required=False, choices=[("", "Any"), *Outcome.choices])
    competitor = _picker()
    segment = _picker()
    owner = _picker()
    topic = _picker()
    since = forms.DateField(required=False, label="From", widget=DayInput)
    until = forms.DateField(required=False, label="To", widget=DayInput)
    interview_type = forms.ModelChoiceField(InterviewType.objects.none(), required=False, empty_label="Any")
    least = _amount("Amount from")
    most = _amount("Amount to")

    def __init__(self, request: HttpRequest) -> None:
        sent = {name: value for name, value in request.GET.items() if value}
        super().__init__({"period": PeriodChoice.THIS_QUARTER, **sent})
        self.request = request
        self.types = self.fields["interview_type"]
        for name in (*LABELS, "topic"):
            self._offer(name, [])

    @property
    def main(self) -> list[Any]:
        return [field for field in self if field.name not in MORE]

    @property
    def more(self) -> list[Any]:
        return [field for field in self if field.name in MORE]

    @property
    def uses_more(self) -> bool:
        return any(self.data.get(name) for name in MORE) or self.data["period"] == PeriodChoice.CUSTOM

    def offer(self, sample: Sample, titles: Mapping[str, str]) -> None:
        """The choices of the pickers, with the number of interviews. `titles`: of the topics."""
        for name in LABELS:
            found = spellings(sample.interviews, name)[:MAX_CHOICES]
            self._offer(name, [(text, f"{text} ({len(rows):,})") for text, rows in found])
        self._offer("topic", sorted(titles.items(), key=lambda each: each[1]))

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Also what is chosen, in the spelling that was sent."""
        sent, widget = self.data.get(name, ""), cast(forms.Select, self.fields[name].widget)
        others = [each for each in choices if key_of(name, each[0]) != key_of(name, sent)]
        chosen = [(sent, label) for text, label in choices if (text, label) not in others] or [(sent, sent)]
        widget.choices = [("", "Any"), *(chosen if sent else []), *others]

    def clean_org(self) -> Org | None:
        """Also offers the interview types of the org, which the next field checks."""
        org: Org | None = self.cleaned_data["org"]
        if org and not may(self.request, INTERVIEWS, org):
            raise ValidationError(NO_ORG)
        if org:
            self.types.queryset = InterviewType.objects.for_org(org.pk).defer("guide")  # type: ignore[attr-defined]
        return org

    def clean(self) -> Any:
        if self.cleaned_data.get("period") == PeriodChoice.CUSTOM and not self.errors:
            since, until = self.cleaned_data["since"], self.cleaned_data["until"]
            are_days = since and until and FIRST_DAY <= since <= until < date.max
            if not are_days or until - since >= timedelta(MAX_DAYS):
                raise ValidationError(f"Choose a first and a last day, at most {MAX_DAYS} days.")
        return self.cleaned_data

    def selection(self) -> Selection:
        data = self.cleaned_data
        org, interview_type = data["org"], data["interview_type"]
        return Selection(
            org_ids=[org.pk] if org else orgs_with(self.request, INTERVIEWS, test_rooms=False),
            span=self.chosen_period().span,
            interview_type=interview_type and interview_type.pk,
            **{name: data[name] for name in ("outcome", *LABELS, "topic", "least", "most")},
        )

    def chosen_period(self) -> Period:
        choice, data = PeriodChoice(self.cleaned_data["period"]), self.cleaned_data
        if choice == PeriodChoice.CUSTOM:
            return custom_period(data["since"], data["until"])
        return calendar_period(choice, timezone.now().date())


def calendar_period(choice: PeriodChoice, today: date) -> Period:
    """Numbers the periods from the year 0 on."""
    months, ago = CALENDAR[choice]
    number = (12 * today.year + today.month - 1) // months - ago
    years = (divmod(months * each, 12) for each in (number, number + 1, number - 1))
    return _period(*(date(year, month + 1, 1) for year, month in years))


def custom_period(first: date, last: date) -> Period:
    """Includes both days. Compared with as many days before."""
    until = last + timedelta(days=1)
    return _period(first, until, first - (until - first))


def _period(since: date, until: date, before: date) -> Period:
    return Period(Span(midnight(since), midnight(until)), Span(midnight(before), midnight(since)))
