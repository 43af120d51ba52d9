"""What the contact sees of the stored data, and does with it, without JavaScript."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from contacts.models import Contact
from interviews.lifecycle import Review
from interviews.models import Conversation, Driver, InterviewRequest, Transcript, Turn
from orgs.actors import Actor, ActorKind
from orgs.models import Change, EventKind, Org, SecurityEvent
from orgs.security_events import record_security_event
from tests.client import ApiClient
from tests.factories import InterviewRequestFactory
from tests.interviews.steps import another, complete, review, subscribe
from tests.interviews.web.client import SurveyPage, visible
from webhooks.models import Event

FIRST = "The price of Acme was far too high for us."
SECOND = "The reporting of Acme was really excellent."
TAKEN_BACK = "You have taken this answer back."


class OwnData:
    def __init__(self, page: SurveyPage) -> None:
        self.page, self.client = page, page.client

    def get(self, file: str = "") -> Any:
        return self.client.get(f"/survey/data{file}", {"token": self.page.token})

    def post(self, step: str, **fields: object) -> Any:
        form = {"token": self.page.token, "step": step, **fields}
        return self.client.post("/survey/data", form, headers={"Origin": "null"}, follow=True)


@pytest.fixture
def data(page: SurveyPage, interview_request: InterviewRequest) -> OwnData:
    """Of an interview with two answers, the second of which Paige's follow-up to the first came before."""
    complete(interview_request, FIRST, SECOND)
    return OwnData(page)


def by_contact() -> Any:
    return SecurityEvent.objects.filter(actor_kind="contact")


def test_the_last_page_leads_to_answers_and_contact_data(data: OwnData) -> None:
    assert f'href="/survey/data?token={data.page.token}"' in data.page.get().content.decode()
    response = data.get()
    assert response.status_code == 200
    for text in ("What is stored about you", "Alice", "alice@", FIRST, SECOND, "Nobody so far."):
        assert text in visible(response)
    assert (response["Cache-Control"], response["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_neither_notes_nor_objective_are_shown(data: OwnData, interview_request: InterviewRequest) -> None:
    Contact.objects.update(notes="Secret notes")
    InterviewRequest.objects.update(objective="Secret objective")
    assert "Secret" not in visible(data.get()) + data.get("/file").content.decode()


@pytest.mark.parametrize("stage", ["page", "asked", "at_recap"])
def test_before_the_completion_it_leads_to_the_interview(request: pytest.FixtureRequest, stage: str) -> None:
    data = OwnData(request.getfixturevalue(stage))
    for response in (data.get(), data.get("/file"), data.post("take_back", number=1), data.post("erase", sure="yes")):
        assert response.request["PATH_INFO"] == "/survey" or response.headers["Location"].startswith("/survey?token=")
    assert not by_contact().exists()
    assert Contact.objects.get().name == "Alice"


def test_an_unknown_link_is_a_404(data: OwnData) -> None:
    data.page.token = "x" * 43
    for response in (data.get(), data.get("/file"), data.post("take_back", number=1), data.post("erase", sure="yes")):
        assert response.status_code == 404
    assert Turn.objects.filter(text=FIRST).exists()


def test_a_suspended_org_is_paused(data: OwnData) -> None:
    Org.objects.update(is_active=False)
    assert data.post("erase", sure="yes").status_code == 403
    assert Contact.objects.get().name == "Alice"


class TestReaders:
    def test_are_shown_by_role_and_never_by_name(self, data: OwnData, interview_request: InterviewRequest) -> None:
        sam = User.objects.create(username="sam.smith")
        sam.groups.add(Group.objects.get_or_create(name="support")[0])
        User.objects.create(username="root.jones", is_superuser=True)
        for login in ("sam.smith", "sam.smith", "root.jones", "gone.brown"):
            actor = Actor(ActorKind.STAFF, login)
            record_security_event(EventKind.TRANSCRIPT_READ, actor, about=interview_request)
        text = visible(data.get())
        for role in ("Support staff of Hindsight", "An administrator of Hindsight", "Staff of Hindsight"):
            assert text.count(f": {role}, read the interview") == 1
        everything = text + data.get("/file").content.decode()
        assert not any(name in everything for name in ("sam.smith", "root.jones", "gone.brown", "Nobody so far"))

    def test_exports_that_may_have_contained_the_answers(
        self, data: OwnData, interview_request: InterviewRequest
    ) -> None:
        actor, command = Actor(ActorKind.STAFF, "ann"), Actor(ActorKind.COMMAND, "export_corrections")
        record_security_event(EventKind.EXPORT, actor, org="globex", detail="interview requests: 5, csv.")
        record_security_event(EventKind.EXPORT, command, org="globex")
        record_security_event(EventKind.EXPORT, actor, org="acme", detail="contacts: 5, csv.")
        assert "Nobody so far." in visible(data.get())
        record_security_event(EventKind.EXPORT, actor, org="acme", detail="interview requests: 5, csv.")
        record_security_event(EventKind.EXPORT, command, org="acme")
        text = visible(data.get())
        for role in ("Staff of Hindsight", "An operator of the server"):
            assert f": {role}, exported a list of interviews" in text

    def test_readers_of_others_and_before_the_consent_are_left_out(
        self, data: OwnData, interview_request: InterviewRequest
    ) -> None:
        other = InterviewRequestFactory.create(org=interview_request.org)
        record_security_event(EventKind.TRANSCRIPT_READ, Actor(ActorKind.STAFF, "ann"), about=other)
        record_security_event(EventKind.TRANSCRIPT_READ, Actor(ActorKind.STAFF, "ann"), about=interview_request)
        Conversation.objects.update(consented_at=timezone.now() + timedelta(minutes=1))
        assert "Nobody so far." in visible(data.get())


def test_the_file_has_what_the_page_shows(data: OwnData) -> None:
    data.post("take_back", number=3)
    response = data.get("/file")
    assert response["Content-Disposition"] == 'attachment; filename="my-interview.json"'
    record = response.json()
    assert (record["vendor"], record["name"], record["rating"]) == ("Acme", "Alice", None)
    answers = [(each["answer"], each["taken_back"]) for each in record["answers"]]
    assert answers == [(FIRST, False), (None, True)]


@pytest.mark.usefixtures("known_readings")
class TestTakingBack:
    def test_removes_the_answer_everywhere(
        self, data: OwnData, acme_api: ApiClient, interview_request: InterviewRequest
    ) -> None:
        subscribe(interview_request.org, "interview.answer_withdrawn")
        path = f"/interviews/{interview_request.pk}"
        search = "/transcripts/search?q=far+too+high"
        assert len(acme_api.get(search).json()["data"]) == 1
        before = acme_api.get(path)
        assert {driver["quote"] for driver in before.json()["transcript"]["drivers"]} == {FIRST, SECOND}
        response = data.post("take_back", number=1)
        assert response.redirect_chain == [(f"/survey/data?token={data.page.token}#answer-1", 303)]
        assert visible(response).count(TAKEN_BACK) == 1
        after = acme_api.get(path)
        assert acme_api.get(search).json()["data"] == []
        assert "far too high" not in after.content.decode() + visible(response)
        assert after.headers["ETag"] != before.headers["ETag"]
        transcript = after.json()["transcript"]
        [driver] = transcript["drivers"]
        assert transcript["content"][driver["start"] : driver["end"]] == driver["quote"] == SECOND
        assert "*(skipped)*" in transcript["content"]
        assert [each["excerpts"] for each in transcript["key_answers"]] == [[SECOND]]
        for row in (*Turn.objects.values(), *Transcript.objects.values(), *Conversation.objects.values()):
            assert "far too high" not in str(row)
        event = SecurityEvent.objects.get(kind=EventKind.ANSWER_WITHDRAWN)
        assert (event.actor_kind, event.actor, event.subject) == ("contact", "survey link", str(interview_request.pk))
        assert "far too high" not in str(event.__dict__)
        assert Event.objects.get().type == "interview.answer_withdrawn"

    def test_the_drivers_of_other_answers_keep_their_reviews(
        self, data: OwnData, interview_request: InterviewRequest
    ) -> None:
        driver = Driver.objects.get(quote=SECOND)
        review(driver, Review.CONFIRMED)
        data.post("take_back", number=1)
        kept, content = Driver.objects.get(), Transcript.objects.get().content
        assert (kept.pk, kept.review, kept.is_counted) == (driver.pk, Review.CONFIRMED, True)
        assert content[kept.start : kept.end] == SECOND

    def test_paige_no_longer_quotes_it(self, page: SurveyPage, interview_request: InterviewRequest) -> None:
        complete(interview_request, "The board stopped a release in March. We had 40 teams then.", SECOND)
        assert "stopped a release" in Turn.objects.get(number=3).text
        response = OwnData(page).post("take_back", number=1)
        assert "stopped a release" not in visible(response) + Transcript.objects.get().content

    def test_twice_is_once(self, data: OwnData) -> None:
        for _ in range(2):
            assert visible(data.post("take_back", number=1)).count(TAKEN_BACK) == 1
        assert by_contact().count() == 1

    @pytest.mark.parametrize("number", ["0", "2", "5", "x", "9999"])
    def test_of_no_answer_changes_nothing(self, data: OwnData, number: str) -> None:
        before = list(Turn.objects.values())
        assert TAKEN_BACK not in visible(data.post("take_back", number=number))
        assert (list(Turn.objects.values()), by_contact().count()) == (before, 0)

    def test_all_answers(self, data: OwnData) -> None:
        data.post("take_back", number=1)
        assert visible(data.post("take_back", number=3)).count(TAKEN_BACK) == 2
        transcript = Transcript.objects.get()
        assert (transcript.drivers, transcript.key_answers) == ([], [])


class TestDeletion:
    def test_asks_for_a_confirmation(self, data: OwnData) -> None:
        response = data.post("erase")
        assert response.status_code == 422
        assert "Tick the box" in visible(response)
        assert Contact.objects.get().name == "Alice"

    def test_erases_the_contact_in_all_interviews_and_tells_the_org(
        self, data: OwnData, interview_request: InterviewRequest
    ) -> None:
        subscribe(interview_request.org, "interview.erased")
        contact = interview_request.contact
        other = another(interview_request)
        assert "So is 1 other interview of yours with Acme." in visible(data.get())
        response = data.post("erase", sure="yes")
        assert response.status_code == 200
        assert "Your data are deleted" in visible(response)
        contact.refresh_from_db()
        assert (contact.name, contact.notes, "alice" in contact.email) == ("", "", False)
        assert not any(model._default_manager.exists() for model in (Turn, Transcript, Conversation))
        assert set(InterviewRequest.objects.values_list("survey_token", flat=True)) == {None}
        assert (data.get().status_code, data.page.get().status_code) == (404, 404)
        event = by_contact().get()
        assert (event.kind, event.actor_kind, event.actor) == ("erasure", "contact", "survey link")
        assert {change.actor_kind for change in Change.objects.filter(field="erasure")} == {"contact"}
        events = Event.objects.order_by("pk").values_list("type", "interview_request_id")
        assert list(events) == [("interview.erased", interview_request.pk), ("interview.erased", other.pk)]


def test_after_the_retention_the_page_says_that_answers_are_gone(data: OwnData) -> None:
    Transcript.objects.all().delete()
    Turn.objects.all().delete()
    assert "Your answers are no longer stored." in visible(data.get())
    assert data.post("take_back", number=1).status_code == 200
