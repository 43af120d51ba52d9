"""The first page: numbers, with the lists behind them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from interviews.lifecycle import DisplayedStatus, Flag
from interviews.models import InterviewType, Wish
from interviews.paige.guide.guide import shipped_guide, shipped_guides
from interviews.paige.guide.texts import VENDOR
from interviews.reports.interview_statistics import (
    InterviewStatistics,
    Week,
    interview_statistics,
    recent_start,
    starts_of_weeks,
)
from interviews.reports.model_statistics import ModelStatistics, model_statistics
from orgs.models import Org
from staff.orgs.permissions import may, orgs_with, visible_orgs
from webhooks.models import Status
from webhooks.models.endpoint import GIVEN_UP
from webhooks.services.health import WebhookHealth, webhook_health

INTERVIEWS, ENDPOINTS = "interviews.view_interviewrequest", "webhooks.view_endpoint"
WISHES = "interviews.view_wish"
REQUESTS = "interviews_interviewrequest"

# Classes in the style sheet, and words of the legend.
KINDS = {
    "completed": DisplayedStatus.COMPLETED.label,
    "running": DisplayedStatus.UNDER_WAY.label,
    "broken-off": "broken off",
}

# Of the height of a chart: space for the labels below the columns, and for the numbers above them.
LABELS, NUMBERS = 14, 10
# Of the width of a column: the space between two.
GAP = 0.3

MAX_TYPES, MAX_COUNT = 50, 1_000
WIN_LOSS = "win_loss_buyer"
"""The guide that each org begins with. Others have some of its keys."""


@dataclass(frozen=True)
class Figure:
    """`url`: the list behind the number. `all`: the same without a limit in time; None if there is no such number."""

    label: str
    number: int
    url: str
    note: str = ""
    all: int | None = None
    all_url: str = ""


@dataclass(frozen=True)
class Lists:
    """The URLs of lists with the rows of an org, or of all orgs."""

    org: Org | None

    def of(self, model: str, **query: str) -> str:
        chosen = {"org": self.org.slug} if self.org else {}
        return f"{reverse(f'admin:{model}_changelist')}?{urlencode({**chosen, **query})}"

    def interviews(self, **query: str) -> str:
        """With archived ones, because the numbers count them."""
        return self.of(REQUESTS, **query, archived="all")

    def of_week(self, week: Week) -> dict[str, str]:
        begun = {"begun_since": day(week.starts), "begun_before": day(week.ends)}
        until = day(week.ends - timedelta(days=1))
        return {
            "requests": self.interviews(created_since=day(week.starts), created_until=until),
            "begun": self.interviews(**begun),
            **{name: self.interviews(**begun, conversation=name) for name in ("completed", "running", "broken_off")},
        }


def home(request: HttpRequest) -> dict[str, Any]:
    """Contains only what the roles of the user may see."""
    slug = request.GET.get("org", "")
    orgs = list(visible_orgs(request).without_test_rooms().only("slug", "name"))
    org = next((one for one in orgs if one.slug == slug), None)
    lists = Lists(org)
    context: dict[str, Any] = {"orgs": orgs, "org": org, "unknown_org": slug if slug and not org else ""}
    if may(request, INTERVIEWS, org):
        visible = orgs_with(request, INTERVIEWS, test_rooms=False)
        statistics = interview_statistics([org.pk] if org else visible)
        context["only_own_orgs"] = visible is not None and org is None
        context |= {"statistics": statistics, "figures": figures(statistics, lists)}
        context |= {"topics": topics(statistics, lists, org), **charts(statistics)}
        context["weeks"] = [(week, lists.of_week(week)) for week in statistics.weeks]
    if request.user.has_perm(INTERVIEWS) and (settings.PAIGE_MODEL or settings.PAIGE_WORDING_MODEL):
        context["model"] = model_statistics()
    if may(request, ENDPOINTS, org):
        context["webhooks"] = webhook_health([org.pk] if org else orgs_with(request, ENDPOINTS))
    context["problems"] = [
        *open_wishes(request, lists),
        *problems(context.get("webhooks"), context.get("model"), lists),
    ]
    return context


def figures(statistics: InterviewStatistics, lists: Lists) -> list[Figure]:
    since, shown_since = day(recent_start()), f"since {recent_start():%-d %b}"
    running, abandoned = lists.interviews(conversation="running"), lists.interviews(conversation="abandoned")
    return [
        Figure("Under way", statistics.running, running, "now"),
        Figure("Abandoned", statistics.abandoned, abandoned, "7 days without activity"),
        Figure("Completed", statistics.completed, lists.interviews(completed_since=since), shown_since),
        *(
            Figure(
                str(flag.label).capitalize(),
                statistics.flags[flag].recent,
                lists.of(REQUESTS, flags=flag.value, changed_since=since),
                f"changed {shown_since}",
                statistics.flags[flag].all,
                lists.of(REQUESTS, flags=flag.value),
            )
            for flag in Flag
        ),
    ]


def charts(statistics: InterviewStatistics) -> dict[str, Any]:
    weeks = statistics.weeks
    labels = [f"{week.starts:%-d %b}" for week in weeks]
    begun = [dict(zip(KINDS, (week.completed, week.running, week.broken_off), strict=True)) for week in weeks]
    return {
        "requests_chart": columns(labels, [{"all": week.requests} for week in weeks]),
        "begun_chart": columns(labels, begun),
        "kinds": KINDS.items(),
    }


class Part(NamedTuple):
    """`kind`: the class in the style sheet. Positions are in percent of the chart, so that texts keep their size."""

    kind: str
    y: float
    height: float


class Column(NamedTuple):
    label: str
    number: int
    x: float
    width: float
    y: float
    parts: tuple[Part, ...]

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def columns(labels: Sequence[str], stacks: Sequence[dict[str, int]]) -> tuple[Column, ...]:
    """`stacks`: for each label the numbers by kind, the first kind at the bottom."""
    highest = max((sum(stack.values()) for stack in stacks), default=0) or 1
    step = 100 / max(1, len(labels))
    return tuple(
        _column(label, stack, position * step + step * GAP / 2, step * (1 - GAP), (100 - LABELS - NUMBERS) / highest)
        for position, (label, stack) in enumerate(zip(labels, stacks, strict=True))
    )


def _column(label: str, stack: dict[str, int], x: float, width: float, percent_of_one: float) -> Column:
    parts, y = [], 100.0 - LABELS
    for kind, number in stack.items():
        height = number * percent_of_one
        y -= height
        if number:
            parts.append(Part(kind, y, height))
    return Column(label, sum(stack.values()), x, width, y, tuple(parts))


class ShownTopic(NamedTuple):
    """`percent`: of the most frequent topic."""

    title: str
    stopped: int
    percent: float
    url: str


def topics(statistics: InterviewStatistics, lists: Lists, org: Org | None) -> list[ShownTopic]:
    """Topics of several guides can have the same key, and count together."""
    most = max((topic.stopped for topic in statistics.topics), default=1)
    begun = {"begun_since": day(starts_of_weeks()[0]), "conversation": "broken_off"}
    titles = {"": "Before the first question"}
    titles |= titles_of_topics([topic.key for topic in statistics.topics], org) if statistics.topics else {}
    return [
        ShownTopic(
            titles.get(topic.key, topic.key),
            topic.stopped,
            100 * topic.stopped / most,
            lists.interviews(**begun, last_topic=topic.key),
        )
        for topic in statistics.topics
    ]


def titles_of_topics(keys: Collection[str], org: Org | None) -> dict[str, str]:
    """By key: as in the newest interview types of the org, or else as in a shipped guide.

    Without an org, reads interview types of all orgs only for keys that no shipped guide has.
    """
    vendor = org.name if org else "the vendor"
    names = sorted(shipped_guides(), key=lambda name: name != WIN_LOSS)
    shipped = _titles(map(shipped_guide, names), vendor)
    types = InterviewType.objects.order_by("-pk")
    if org:
        types = types.filter(org=org)
    elif set(keys) <= {*shipped, ""}:
        return shipped
    stored = _titles(types.values_list("guide", flat=True)[:MAX_TYPES], vendor)
    return {**stored, **shipped} if org is None else {**shipped, **stored}


def _titles(guides: Iterable[Any], vendor: str) -> dict[str, str]:
    titles: dict[str, str] = {}
    for guide in guides:
        for topic in guide.get("topics", ()):
            titles.setdefault(topic["key"], topic["title"].replace(VENDOR, vendor))
    return titles


def open_wishes(request: HttpRequest, lists: Lists) -> list[tuple[str, str]]:
    org = lists.org
    if not may(request, WISHES, org):
        return []
    orgs = [org.pk] if org else orgs_with(request, WISHES, test_rooms=False)
    wishes = Wish.objects.open().without_test_rooms() if orgs is None else Wish.objects.open().filter(org__in=orgs)
    number = wishes[:MAX_COUNT].count()
    found = f"Wishes of contacts that nobody has seen to: {number:,}{'+' if number == MAX_COUNT else ''}"
    return [(found, lists.of("interviews_wish"))] if number else []


def problems(webhooks: WebhookHealth | None, model: ModelStatistics | None, lists: Lists) -> Iterator[tuple[str, str]]:
    """Texts with the URL of a list."""
    pending = lists.of("webhooks_delivery", status__exact=Status.PENDING)
    if webhooks and webhooks.needs_a_worker:
        yield "No worker is running: no webhook is sent. Tell the operator.", pending
    if webhooks and webhooks.late:
        yield f"Webhook deliveries that are late: {webhooks.late:,}", pending
    if webhooks and webhooks.failing:
        yield f"Webhook endpoints that fail: {webhooks.failing:,}", lists.of("webhooks_endpoint", failing="yes")
    if webhooks and webhooks.given_up:
        disabled = lists.of("webhooks_endpoint", state__in=",".join(GIVEN_UP))
        yield f"Webhook endpoints disabled because of their answers: {webhooks.given_up:,}", disabled
    if model and model.falls_back_too_often and model.fallbacks == model.turns:
        yield "The model has not answered in the last hour: the rules choose the questions. Tell the operator.", ""
    elif model and model.falls_back_too_often:
        yield f"The model failed in {model.fallback_percent}% of the turns in the last hour. Tell the operator.", ""


def day(time: datetime) -> str:
    return time.date().isoformat()
