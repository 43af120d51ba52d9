from collections.abc import Collection, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse

from interviews.models import InterviewType
from interviews.paige.guide.guide import GuideError, shipped_guide, shipped_guides
from interviews.paige.guide.texts import VENDOR
from interviews.reports.guide_quality import NEWEST, ObjectiveStops, stops_by_objective, stops_by_question
from orgs.models import Org
from staff.base import StaffAdmin

MAX_TYPES = 50
WIN_LOSS = "win_loss_buyer"
"""The guide that each org begins with. Others have some of its keys."""


class BreakOffPages(StaffAdmin):
    break_off_pages = {"break-offs": "break_offs_view"}

    def break_offs_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        interview_type: InterviewType = self.object_or_404(request, object_id, self.has_view_permission, is_read=True)
        try:
            objectives = stops_by_objective(interview_type)
        except GuideError:
            objectives = ObjectiveStops()
        return self.page(
            request,
            "guides/break_offs",
            interview_type,
            title="Where contacts break off",
            questions=stops_by_question(interview_type),
            objectives=objectives,
            newest=NEWEST,
        )


NO_VENDOR = "the vendor"


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
