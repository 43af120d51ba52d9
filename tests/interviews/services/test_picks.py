"""Topics that staff pick win over objective and notes, until the objective changes."""

from copy import deepcopy
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from interviews.export import export_interview_requests
from interviews.lifecycle import Move
from interviews.models import InterviewRequest, Turn
from interviews.paige.objective.steering import Picks, Steering
from interviews.paige.turn.brief import opening_brief
from interviews.services.conversation_steps import give_consent, next_question, submit_answer
from interviews.services.erasure import erase_contact
from interviews.services.guides import edit_guide
from interviews.services.picks import pick_topics
from interviews.services.transitions import complete_interview
from orgs.actors import Actor, ActorKind
from orgs.audit import restore
from orgs.models import Change, Org
from tests.client import ApiClient
from tests.fakes.provider import fake_provider, says
from tests.history import history_of
from tests.stored_readings import store_steering

pytestmark = pytest.mark.usefixtures("plain_objectives")

SAM = Actor(ActorKind.STAFF, "sam", "req-1")
PICKS = Picks(emphasize=("vendor", "criteria"), avoid=("options",))
TEXT = "emphasize: vendor, criteria\navoid: options"


def pick(row: InterviewRequest, picks: Picks | None = PICKS) -> None:
    pick_topics(org_id=row.org_id, interview_request_id=row.pk, picks=picks, actor=SAM)


def stored(row: InterviewRequest) -> InterviewRequest:
    return InterviewRequest.objects.select_related("org", "contact", "interview_type").get(pk=row.pk)


def steered(row: InterviewRequest) -> Steering:
    return opening_brief(stored(row)).steering


def test_picks_win_over_objective_and_notes(interview_request: InterviewRequest) -> None:
    InterviewRequest.objects.update(objective="Focus on pricing")
    store_steering(interview_request, emphasize=["pricing"])
    assert steered(interview_request).emphasize == ("pricing",)
    pick(interview_request)
    assert (steered(interview_request).emphasize, steered(interview_request).avoid) == (
        ("vendor", "criteria"),
        ("options",),
    )
    assert stored(interview_request).picks == TEXT
    pick(interview_request, None)
    assert steered(interview_request).emphasize == ("pricing",)


def test_no_topic_at_all_can_be_picked(interview_request: InterviewRequest) -> None:
    InterviewRequest.objects.update(objective="Focus on pricing")
    pick(interview_request, Picks())
    assert steered(interview_request) == Steering()


def test_the_audit_says_who_picked_and_who_cleared(
    acme_api: ApiClient, acme_key: str, interview_request: InterviewRequest
) -> None:
    pick(interview_request)
    acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": "Why now?"}, X_Request_Id="crm-77")
    assert stored(interview_request).picks == ""
    assert history_of(interview_request) == [
        ("picks", "", TEXT),
        ("objective", "Old objective", "Why now?"),
        ("picks", TEXT, ""),
    ]
    by = Change.objects.order_by("id").values_list("actor_kind", "actor", "request_id")
    crm = ("api_key", acme_key[:12], "crm-77")
    assert list(by) == [("staff", "sam", "req-1"), crm, crm]


@pytest.mark.parametrize(
    "body", [{"contact_context": "New"}, {"contact_name": "New"}, {"objective": "Old objective"}], ids=",".join
)
def test_an_update_that_keeps_the_objective_keeps_the_picks(
    acme_api: ApiClient, interview_request: InterviewRequest, body: dict[str, str]
) -> None:
    pick(interview_request)
    assert acme_api.patch(f"/interviews/{interview_request.pk}", body).status_code == 200
    assert stored(interview_request).picks == TEXT
    assert history_of(interview_request) == [("picks", "", TEXT)]


def test_clearing_costs_no_statement(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    """On SQLite too, the texts of a row are written at once."""

    def statements(objective: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": objective})
        return len(queries)

    statements("The first request of a minute also updates the key.")
    without = statements("Why?")
    pick(interview_request)
    assert statements("Why now?") == without


def test_a_restored_objective_clears_the_picks(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": "Why now?"})
    pick(interview_request)
    restore(stored(interview_request), Change.objects.get(field="objective"), actor=SAM)
    assert (stored(interview_request).objective, stored(interview_request).picks) == ("Old objective", "")
    restore(stored(interview_request), Change.objects.filter(field="picks").latest("id"), actor=SAM)
    assert stored(interview_request).picks == TEXT


@pytest.mark.parametrize(
    ("picks", "message"),
    [
        (Picks(emphasize=("score",)), "The guide has no topic score."),
        (Picks(avoid=("closing",)), "The guide has no topic closing."),
        (Picks(emphasize=("pricing", "pricing")), "The topic pricing is picked twice."),
        (Picks(emphasize=("pricing",), avoid=("pricing",)), "The topic pricing is picked twice."),
    ],
)
def test_wrong_picks_are_refused(interview_request: InterviewRequest, picks: Picks, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        pick(interview_request, picks)
    assert caught.value.messages == [message]
    assert stored(interview_request).picks == ""


def test_another_orgs_interview_request_is_not_found(interview_request: InterviewRequest, globex: Org) -> None:
    with pytest.raises(InterviewRequest.DoesNotExist):
        pick_topics(org_id=globex.pk, interview_request_id=interview_request.pk, picks=PICKS, actor=SAM)


def without_topics(row: InterviewRequest, *keys: str) -> None:
    guide: dict[str, Any] = deepcopy(row.interview_type.guide)
    guide["topics"] = [topic for topic in guide["topics"] if topic["key"] not in keys]
    edit_guide(org_id=row.org_id, interview_type_id=row.interview_type_id, guide=guide, actor=SAM)


def test_topics_that_left_the_guide_are_ignored(interview_request: InterviewRequest) -> None:
    InterviewRequest.objects.update(objective="Focus on pricing")
    pick(interview_request)
    without_topics(stored(interview_request), "vendor", "options")
    assert (steered(interview_request).emphasize, steered(interview_request).avoid) == (("criteria",), ())
    without_topics(stored(interview_request), "criteria")
    store_steering(interview_request, emphasize=["pricing"])
    assert steered(interview_request).emphasize == ("pricing",), "nothing is left of the picks"


def test_picks_count_from_the_next_question_on(interview_request: InterviewRequest) -> None:
    give_consent(interview_request)
    next_question(interview_request)
    submit_answer(interview_request, number=1, text="No comment.")
    pick(interview_request, Picks(emphasize=("experience",)))
    next_question(interview_request)
    turn = Turn.objects.latest("number")
    assert (turn.move, turn.topic) == (Move.QUESTION, "experience")


def test_a_model_is_told_the_picks(settings: Settings, interview_request: InterviewRequest) -> None:
    with fake_provider(says("1"), says("1")) as provider:
        settings.PAIGE_BASE_URL, settings.PAIGE_MODEL, settings.PAIGE_API_KEY = provider.url, "fake", "key"
        give_consent(interview_request)
        for _ in range(2):
            submit_answer(interview_request, number=Turn.objects.count() or 1, text="It was slow for all.")
            next_question(interview_request)
        pick(interview_request)
        submit_answer(interview_request, number=3, text="It was slow for all of us.")
        next_question(interview_request)
    before, after = ["\n".join(message["content"] for message in body["messages"]) for body in provider.requests]
    assert "The objective is what this interview is for" in before
    assert "The objective is what this interview is for" not in after
    org = interview_request.org.name
    assert f"while they are on the list: What stood out about {org}, good and bad; What mattered most." in after
    assert "Do not dwell on these: Which options were considered and how they compared." in after
    first = after.partition("Paige's possible moves:")[2].partition('Go on to the topic "')[2]
    assert first.startswith(f"What stood out about {org}")


def test_an_export_has_the_picks(interview_request: InterviewRequest) -> None:
    [before] = export_interview_requests(InterviewRequest.objects.for_org(interview_request.org_id))
    pick(interview_request)
    [after] = export_interview_requests(InterviewRequest.objects.for_org(interview_request.org_id))
    assert (before["picks"], after["picks"]) == (None, TEXT)


def test_an_erasure_clears_the_picks_also_in_the_audit(interview_request: InterviewRequest) -> None:
    pick(interview_request)
    pick(interview_request, None)
    pick(interview_request)
    erase_contact(org_id=interview_request.org_id, contact_id=interview_request.contact_id, actor=SAM)
    assert stored(interview_request).picks == ""
    assert set(Change.objects.of(interview_request).values_list("before", flat=True)) == {None}


def test_topics_of_a_completed_interview_cannot_be_picked(interview_request: InterviewRequest) -> None:
    complete_interview(interview_request, content="**Paige:** Why?")
    with pytest.raises(ValidationError, match="completed"):
        pick(interview_request)
    assert stored(interview_request).picks == ""
    assert not Change.objects.exists()
