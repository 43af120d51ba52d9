"""The first page: what to do first, then numbers with the lists behind them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest

from interviews.lifecycle import DisplayedStatus, Status
from interviews.models import InterviewType
from interviews.paige.guide.guide import shipped_guide, shipped_guides
from interviews.paige.guide.texts import VENDOR
from interviews.reports.interview_statistics import InterviewStatistics, Week, interview_statistics
from interviews.reports.mail_figures import completed_after_mail
from interviews.reports.model_statistics import model_statistics
from interviews.reports.proportions import Share
from orgs.models import Org
from staff.orgs.permissions import may, orgs_with, visible_orgs
from staff.todos import Lists, day, mails_to_approve, model_problems, open_wishes, webhook_problems

INTERVIEWS, SEQUENCES = "interviews.view_interviewrequest", "sequences.view_sequence"

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

MAX_TYPES = 50
WIN_LOSS = "win_loss_buyer"
"""The guide that each org begins with. Others have some of its keys."""


class Linked(NamedTuple):
    """`url`: the list with as many rows."""

    number: int
    url: str
    words: str = ""


class Figure(NamedTuple):
    label: str
    value: str
    parts: tuple[Linked, ...]


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
        context |= {"statistics": statistics, "figures": [*figures(statistics, lists)], "kinds": KINDS.items()}
        if may(request, SEQUENCES, org):
            reached = completed_after_mail(statistics.weeks[0].starts, [org.pk] if org else visible)
            context["figures"] += figure_of_mails(reached, lists)
        context |= {"topics": topics(statistics, lists, org), "chart": chart(statistics.weeks)}
        context["weeks"] = [(week, of_week(week, lists)) for week in statistics.weeks if week.requests or week.begun]
    if request.user.has_perm(INTERVIEWS) and (settings.PAIGE_MODEL or settings.PAIGE_WORDING_MODEL):
        context["model"] = model_statistics()
    context["todos"] = [
        *mails_to_approve(request, lists),
        *open_wishes(request, lists),
        *webhook_problems(request, lists),
        *model_problems(context.get("model")),
    ]
    return context


def figures(statistics: InterviewStatistics, lists: Lists) -> Iterator[Figure]:
    """A figure without interviews is left out."""
    since, total = day(statistics.weeks[0].starts), statistics.total
    if statistics.completion_percent is not None:
        completed = lists.interviews(begun_since=since, conversation="completed")
        broken_off = lists.interviews(begun_since=since, conversation="broken_off")
        parts = (
            Linked(total("completed"), completed, "completed"),
            Linked(total("broken_off"), broken_off, "broken off"),
        )
        yield Figure("Completion rate", f"{statistics.completion_percent}%", parts)
    if statistics.answer_percent is not None:
        answered = lists.interviews(created_since=since, status__exact=Status.COMPLETED)
        requests = lists.interviews(created_since=since)
        parts = (
            Linked(total("answered"), answered, "completed"),
            Linked(total("requests"), requests, "interview requests"),
        )
        yield Figure("Answer rate", f"{statistics.answer_percent}%", parts)
    for label, kind, words in (
        ("Under way", "running", "active in the last 7 days"),
        ("Abandoned", "abandoned", "without activity for 7 days"),
    ):
        if number := getattr(statistics, kind):
            yield Figure(label, f"{number:,}", (Linked(number, lists.interviews(conversation=kind), words),))


def figure_of_mails(reached: Share, lists: Lists) -> Iterator[Figure]:
    """The list of sequences says which mails these are."""
    if reached.of:
        url = lists.of("sequences_sequence", archived="all")
        parts = (Linked(reached.number, url, "completed"), Linked(reached.of, url, "contacts mailed"))
        yield Figure("After mails", f"{reached.percent}%", parts)


def of_week(week: Week, lists: Lists) -> tuple[Linked, ...]:
    """In the order of the columns of the table."""
    until = day(week.ends - timedelta(days=1))
    requests = lists.interviews(created_since=day(week.starts), created_until=until)
    begun = {"begun_since": day(week.starts), "begun_until": until}
    kinds = ("completed", "running", "broken_off")
    return (
        Linked(week.requests, requests),
        Linked(week.begun, lists.interviews(**begun)),
        *(Linked(getattr(week, kind), lists.interviews(**begun, conversation=kind)) for kind in kinds),
    )


def chart(weeks: Sequence[Week]) -> Sequence["Column"]:
    begun = [dict(zip(KINDS, (week.completed, week.running, week.broken_off), strict=True)) for week in weeks]
    return columns([f"{week.starts:%-d %b}" for week in weeks], begun) if any(week.begun for week in weeks) else ()


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


def topics(statistics: InterviewStatistics, lists: Lists, org: Org | None) -> list[Linked]:
    """Topics of several guides can have the same key, and count together."""
    begun = {"begun_since": day(statistics.weeks[0].starts), "conversation": "broken_off"}
    titles = {"": "Before the first question"}
    titles |= titles_of_topics([topic.key for topic in statistics.topics], org) if statistics.topics else {}
    return [
        Linked(topic.stopped, lists.interviews(**begun, last_topic=topic.key), titles.get(topic.key, topic.key))
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
