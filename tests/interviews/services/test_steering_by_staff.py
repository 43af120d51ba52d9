"""Topics and subjects that staff choose win over objective and notes, until the objective changes."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from interviews.export import export_interview_requests
from interviews.lifecycle import Move
from interviews.models import InterviewRequest, Turn
from interviews.paige.objective import CorrectedSubjects, Picks, Steering, subjects_in, subjects_text
from interviews.paige.turn.brief import Brief, opening_brief
from interviews.services.conversation_steps import give_consent, next_question, submit_answer
from interviews.services.steering_by_staff import correct_subjects, pick_topics
from interviews.services.transitions import complete_interview
from orgs.actors import Actor, ActorKind
from orgs.models import Change, Org
from tests.client import ApiClient
from tests.fakes.provider import fake_provider, says
from tests.history import history_of
from tests.interviews.steps import edit, erase, use_model
from tests.stored_readings import store_steering

pytestmark = pytest.mark.usefixtures("plain_objectives")

SAM = Actor(ActorKind.STAFF, "sam", "req-1")
PICKS = Picks(emphasize=("vendor", "criteria"), avoid=("options",))
CORRECTED = CorrectedSubjects(("SSO", "audit logs"), ("audit logs",))


def pick(row: InterviewRequest, picks: Picks | None = PICKS, org_id: int = 0) -> None:
    pick_topics(org_id=org_id or row.org_id, interview_request_id=row.pk, picks=picks, actor=SAM)


def correct(row: InterviewRequest, subjects: CorrectedSubjects | None = CORRECTED, org_id: int = 0) -> None:
    correct_subjects(org_id=org_id or row.org_id, interview_request_id=row.pk, subjects=subjects, actor=SAM)


class Choice(NamedTuple):
    """`field`: the column, and the field of an export. `text`: what it has after `choose`."""

    field: str
    choose: Callable[..., None]
    text: str


CHOICES = [
    Choice("picks", pick, "emphasize: vendor, criteria\navoid: options"),
    Choice("subjects", correct, "SSO\naudit logs (may be named)"),
]


def stored(row: InterviewRequest) -> InterviewRequest:
    return InterviewRequest.objects.select_related("org", "contact", "interview_type").get(pk=row.pk)


def brief(row: InterviewRequest) -> Brief:
    return opening_brief(stored(row))


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: choice.field)
class TestBoth:
    def test_a_new_objective_clears_them_and_the_audit_says_who_did(
        self, acme_api: ApiClient, acme_key: str, interview_request: InterviewRequest, choice: Choice
    ) -> None:
        def statements(objective: str) -> int:
            with CaptureQueriesContext(connection) as queries:
                path, body = f"/interviews/{interview_request.pk}", {"objective": objective}
                assert acme_api.patch(path, body, X_Request_Id="crm-77").status_code == 200
            return len(queries)

        statements("The first request of a minute also updates the key.")
        without = statements("Why?")
        choice.choose(interview_request)
        assert getattr(stored(interview_request), choice.field) == choice.text
        assert statements("Why now?") == without, "on SQLite too, the texts of a row are written at once"
        assert getattr(stored(interview_request), choice.field) == ""
        assert history_of(interview_request)[2:] == [
            (choice.field, "", choice.text),
            ("objective", "Why?", "Why now?"),
            (choice.field, choice.text, ""),
        ]
        by = Change.objects.order_by("id").values_list("actor_kind", "actor", "request_id")[2:]
        crm = ("api_key", acme_key[:12], "crm-77")
        assert list(by) == [("staff", "sam", "req-1"), crm, crm]

    @pytest.mark.parametrize(
        "body", [{"contact_context": "New"}, {"contact_name": "New"}, {"objective": "Old objective"}], ids=",".join
    )
    def test_an_update_that_keeps_the_objective_keeps_them(
        self, acme_api: ApiClient, interview_request: InterviewRequest, choice: Choice, body: dict[str, str]
    ) -> None:
        choice.choose(interview_request)
        assert acme_api.patch(f"/interviews/{interview_request.pk}", body).status_code == 200
        assert getattr(stored(interview_request), choice.field) == choice.text
        assert history_of(interview_request) == [(choice.field, "", choice.text)]

    def test_another_org_cannot_choose(self, interview_request: InterviewRequest, globex: Org, choice: Choice) -> None:
        with pytest.raises(InterviewRequest.DoesNotExist):
            choice.choose(interview_request, org_id=globex.pk)
        assert getattr(stored(interview_request), choice.field) == ""

    def test_nothing_is_chosen_for_a_completed_interview(
        self, interview_request: InterviewRequest, choice: Choice
    ) -> None:
        complete_interview(interview_request, content="**Paige:** Why?")
        with pytest.raises(ValidationError, match="completed"):
            choice.choose(interview_request)
        assert getattr(stored(interview_request), choice.field) == ""
        assert not Change.objects.exists()

    def test_they_are_exported_and_erased_also_in_the_audit(
        self, interview_request: InterviewRequest, choice: Choice
    ) -> None:
        for chosen, text in (((), choice.text), ((None,), None), ((), choice.text)):
            choice.choose(interview_request, *chosen)
            [exported] = export_interview_requests(InterviewRequest.objects.for_org(interview_request.org_id))
            assert exported[choice.field] == text
        erase(interview_request)
        assert getattr(stored(interview_request), choice.field) == ""
        assert set(Change.objects.of(interview_request).values_list("before", flat=True)) == {None}


class TestPicks:
    @pytest.fixture
    def pricing(self, interview_request: InterviewRequest) -> InterviewRequest:
        InterviewRequest.objects.update(objective="Focus on pricing")
        store_steering(interview_request, emphasize=["pricing"])
        return interview_request

    def test_they_win_over_objective_and_notes(self, pricing: InterviewRequest) -> None:
        pick(pricing)
        steering = brief(pricing).steering
        assert (steering.emphasize, steering.avoid) == (("vendor", "criteria"), ("options",))
        pick(pricing, Picks())
        assert brief(pricing).steering == Steering()
        pick(pricing, None)
        assert brief(pricing).steering.emphasize == ("pricing",)

    @pytest.mark.parametrize(
        ("picks", "message"),
        [
            (Picks(avoid=("closing",)), "The guide has no topic closing."),
            (Picks(emphasize=("pricing",), avoid=("pricing",)), "The topic pricing is picked twice."),
        ],
    )
    def test_wrong_ones_are_refused(self, interview_request: InterviewRequest, picks: Picks, message: str) -> None:
        with pytest.raises(ValidationError) as caught:
            pick(interview_request, picks)
        assert caught.value.messages == [message]
        assert stored(interview_request).picks == ""

    def test_topics_that_left_the_guide_are_ignored(self, pricing: InterviewRequest) -> None:
        def remove_topics(*keys: str) -> None:
            kind = stored(pricing).interview_type
            edit(kind, topics=[topic for topic in kind.guide["topics"] if topic["key"] not in keys])

        pick(pricing)
        remove_topics("vendor", "options")
        assert (brief(pricing).steering.emphasize, brief(pricing).steering.avoid) == (("criteria",), ())
        remove_topics("criteria")
        store_steering(pricing, emphasize=["pricing"])
        assert brief(pricing).steering.emphasize == ("pricing",), "nothing is left of the picks"

    def test_a_model_is_told_them(self, settings: Settings, interview_request: InterviewRequest) -> None:
        with fake_provider(says("1"), says("1")) as provider:
            use_model(settings, provider)
            give_consent(interview_request)
            for _ in range(2):
                submit_answer(interview_request, number=Turn.objects.count() or 1, text="It was slow for all.")
                next_question(interview_request)
            pick(interview_request)
            submit_answer(interview_request, number=3, text="It was slow for all of us.")
            next_question(interview_request)
        before, after = ["\n".join(message["content"] for message in body["messages"]) for body in provider.requests]
        vendor = f"What stood out about {interview_request.org.name}, good and bad"
        emphasized = f"while they are on the list: {vendor}; What mattered most."
        assert [emphasized in prompt for prompt in (before, after)] == [False, True]
        assert "Do not dwell on these: Which options were considered and how they compared." in after
        moves = after.partition("Paige's possible moves:")[2]
        assert moves.partition('Go on to the topic "')[2].startswith(vendor)

    def test_they_count_from_the_next_question_on(self, running: InterviewRequest) -> None:
        submit_answer(running, number=1, text="No comment.")
        pick(running, Picks(emphasize=("experience",)))
        next_question(running)
        turn = Turn.objects.latest("number")
        assert (turn.move, turn.topic) == (Move.QUESTION, "experience")


class TestSubjects:
    @pytest.fixture(autouse=True)
    def cfo(self, interview_request: InterviewRequest) -> None:
        InterviewRequest.objects.update(objective="Ask about the CFO")
        store_steering(interview_request, subjects=["CFO"])

    def test_they_replace_what_was_found(self, interview_request: InterviewRequest) -> None:
        assert (brief(interview_request).subjects, brief(interview_request).nameable) == (("CFO",), ())
        correct(interview_request)
        chosen = brief(interview_request)
        assert (chosen.subjects, chosen.nameable) == (("SSO", "audit logs"), ("audit logs",))
        correct(interview_request, CorrectedSubjects())
        assert brief(interview_request).subjects == ()
        correct(interview_request, None)
        assert brief(interview_request).subjects == ("CFO",)

    def test_an_org_may_allow_all_names(self, interview_request: InterviewRequest) -> None:
        Org.objects.update(names_subjects=True)
        assert brief(interview_request).nameable == ("CFO",)
        correct(interview_request)
        assert brief(interview_request).nameable == ("SSO", "audit logs")

    @pytest.mark.parametrize("corrected", [None, CorrectedSubjects(), CorrectedSubjects(("a",), ("a",))])
    def test_the_stored_text_says_the_same(self, corrected: CorrectedSubjects | None) -> None:
        assert subjects_in(subjects_text(corrected)) == corrected
