"""The first page: numbers, with the lists behind them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from interviews.lifecycle import DisplayedStatus, Flag
from interviews.models import InterviewType
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
from staff.charts import columns
from staff.orgs.permissions import may, orgs_with, visible_orgs
from webhooks.models import Status
from webhooks.models.endpoint import GIVEN_UP
from webhooks.services.health import WebhookHealth, webhook_health

INTERVIEWS, ENDPOINTS = "interviews.view_interviewrequest", "webhooks.view_endpoint"
REQUESTS = "interviews_interviewrequest"
SHOWN_OF_ORGS = ("slug", "name", "plan", "own_rate_limit")

# Classes in the style sheet, and words of the legend.
KINDS = {
    "completed": DisplayedStatus.COMPLETED.label,
    "running": DisplayedStatus.UNDER_WAY.label,
    "broken-off": "broken off",
}


MAX_TYPES = 50
WIN_LOSS = "win_loss_buyer"
"""The guide that each org begins with. Others have some of its keys."""
NO_VENDOR = "the vendor"


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


def home(request: HttpRequest) -> dict[str, Any]:
    """Contains only what the roles of the user may see."""
    slug = request.GET.get("org", "")
    orgs = list(visible_orgs(request).without_test_rooms().only(*SHOWN_OF_ORGS))
    org = next((one for one in orgs if one.slug == slug), None)
    lists = Lists(org)
    context: dict[str, Any] = {"orgs": orgs, "org": org, "unknown_org": slug if slug and not org else ""}
    if may(request, INTERVIEWS, org):
        visible = orgs_with(request, INTERVIEWS, test_rooms=False)
        statistics = interview_statistics([org.pk] if org else visible)
        context["only_own_orgs"] = visible is not None and org is None
        context |= {"statistics": statistics, "figures": figures(statistics, lists)}
        context |= {"weeks": weeks(statistics, lists), "topics": topics(statistics, lists, org), **charts(statistics)}
    if request.user.has_perm(INTERVIEWS) and (settings.PAIGE_MODEL or settings.PAIGE_WORDING_MODEL):
        context["model"] = model_statistics()
    if may(request, ENDPOINTS, org):
        context["webhooks"] = webhook_health([org.pk] if org else orgs_with(request, ENDPOINTS))
    context["problems"] = [
        *problems_of_webhooks(context.get("webhooks"), lists),
        *problems_of_the_model(context.get("model")),
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


def weeks(statistics: InterviewStatistics, lists: Lists) -> list[tuple[Week, dict[str, str]]]:
    return [(week, _lists_of_week(week, lists)) for week in statistics.weeks]


def _lists_of_week(week: Week, lists: Lists) -> dict[str, str]:
    begun = {"begun_since": day(week.starts), "begun_before": day(week.ends)}
    return {
        "requests": lists.interviews(created_since=day(week.starts), created_until=day(week.ends - timedelta(days=1))),
        "begun": lists.interviews(**begun),
        **{name: lists.interviews(**begun, conversation=name) for name in ("completed", "running", "broken_off")},
    }


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
    vendor = org.name if org else NO_VENDOR
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


def problems_of_webhooks(health: WebhookHealth | None, lists: Lists) -> list[tuple[str, str]]:
    """Texts with the URL of a list."""
    if health is None:
        return []
    disabled = ",".join(GIVEN_UP)
    pending = lists.of("webhooks_delivery", status__exact=Status.PENDING)
    found = [
        (health.needs_a_worker, "No worker is running: no webhook is sent. Tell the operator.", pending),
        (health.late, f"Webhook deliveries that are late: {health.late:,}", pending),
        (
            health.failing,
            f"Webhook endpoints that fail: {health.failing:,}",
            lists.of("webhooks_endpoint", failing="yes"),
        ),
        (
            health.given_up,
            f"Webhook endpoints disabled because of their answers: {health.given_up:,}",
            lists.of("webhooks_endpoint", state__in=disabled),
        ),
    ]
    return [(text, url) for is_so, text, url in found if is_so]


def problems_of_the_model(model: ModelStatistics | None) -> list[tuple[str, str]]:
    if model is None or not model.falls_back_too_often:
        return []
    if model.fallbacks == model.turns:
        return [("The model has not answered in the last hour: the rules choose the questions. Tell the operator.", "")]
    return [(f"The model failed in {model.fallback_percent}% of the turns in the last hour. Tell the operator.", "")]


def day(time: datetime) -> str:
    return time.date().isoformat()
