"""What GET /api/v1/interviews/{id} says that the objective steers to, and which subjects it names."""

from unittest.mock import Mock

import pytest

from interviews.models import Conversation, InterviewRequest, InterviewType
from interviews.paige.objective import CorrectedSubjects
from interviews.paige.reading.network import Reader
from interviews.services.conversation_steps import give_consent, next_question, submit_answer
from interviews.services.readings import read_steering
from tests.client import ApiClient
from tests.interviews.api.pages import statements
from tests.interviews.steps import correct, edit
from tests.stored_readings import store_steering

pytestmark = pytest.mark.usefixtures("plain_objectives")

OBJECTIVE = 'Why did the missing SSO matter to the CFO at "Acme"?'
PRICING = {"key": "pricing", "title": "How price and packaging came into it"}
CRITERIA = {"key": "criteria", "title": "What mattered most"}
VENDOR = {"key": "vendor", "title": "What stood out about Acme, good and bad"}


@pytest.fixture
def path(interview_request: InterviewRequest) -> str:
    InterviewRequest.objects.update(objective="Focus on pricing")
    store_steering(interview_request, emphasize=["pricing"])
    return f"/interviews/{interview_request.pk}"


def topics(api: ApiClient, path: str) -> object:
    return api.get(path).json()["objective_topics"]


def rename_topic(title: str) -> None:
    """Staff edit the guide."""
    kind = InterviewType.objects.get()
    topics = [{**topic, "title": title} if topic["key"] == "pricing" else topic for topic in kind.guide["topics"]]
    edit(kind, topics=topics)


def test_shows_the_topics_of_the_objective_once_it_is_read(
    acme_api: ApiClient, path: str, interview_request: InterviewRequest
) -> None:
    assert topics(acme_api, path) == {"emphasize": [PRICING], "avoid": []}
    written = acme_api.patch(path, {"objective": "Why us, and not the price", "contact_context": "Lost"})
    unread = acme_api.get(path)
    assert unread.json()["objective_topics"] == {"emphasize": [], "avoid": []}
    assert unread.headers["ETag"] == written.headers["ETag"]
    store_steering(interview_request, emphasize=["vendor"], avoid=["pricing"], avoided_by_notes=["vendor", "criteria"])
    read = acme_api.get(path, If_None_Match=unread.headers["ETag"])
    assert read.json()["objective_topics"] == {"emphasize": [VENDOR], "avoid": [PRICING, CRITERIA]}
    assert read.json()["updated_at"] == unread.json()["updated_at"]
    assert acme_api.get(path, If_None_Match=read.headers["ETag"]).status_code == 304
    for shown, objective in ((unread, "Why us, and not the price"), (read, "Mine")):
        patched = acme_api.patch(path, {"objective": objective}, If_Match=shown.headers["ETag"])
        assert patched.status_code == 200, "the reader makes no PATCH fail"


def test_no_get_and_no_list_reads_a_text(
    acme_api: ApiClient, path: str, interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme_api.patch(path, {"objective": "Why us?", "contact_context": "Calm"})
    monkeypatch.setattr(Reader, "words", Mock(side_effect=AssertionError("A text is read.")))
    assert acme_api.get(path).status_code == acme_api.get("/interviews").status_code == 200
    with pytest.raises(AssertionError, match="A text is read"):
        read_steering(InterviewRequest.objects.get())


def test_an_edited_guide_changes_topics_and_etag(acme_api: ApiClient, path: str) -> None:
    etag = acme_api.get(path).headers["ETag"]
    rename_topic("Price")
    store_steering(InterviewRequest.objects.get(), emphasize=["pricing"])
    later = acme_api.get(path, If_None_Match=etag)
    assert later.status_code == 200
    assert later.json()["objective_topics"]["emphasize"] == [{"key": "pricing", "title": "Price"}]
    assert acme_api.get(path, If_None_Match=later.headers["ETag"]).status_code == 304


def test_a_conversation_keeps_its_guide_and_the_etag(
    acme_api: ApiClient, path: str, interview_request: InterviewRequest
) -> None:
    give_consent(interview_request)
    etag = acme_api.get(path).headers["ETag"]
    rename_topic("Price")
    assert acme_api.get(path, If_None_Match=etag).status_code == 304
    assert topics(acme_api, path) == {"emphasize": [PRICING], "avoid": []}


def test_a_conversation_that_began_with_the_guide_before_an_edit_changes_the_etag(
    acme_api: ApiClient, path: str, interview_request: InterviewRequest
) -> None:
    """Consent reads the guide, then staff edit it, then consent is committed."""
    give_consent(interview_request)
    conversation = Conversation.objects.get()
    Conversation.objects.all().delete()
    rename_topic("Price")
    etag = acme_api.get(path).headers["ETag"]
    conversation.save(force_insert=True)
    later = acme_api.get(path, If_None_Match=etag)
    assert later.status_code == 200
    assert later.json()["objective_topics"]["emphasize"] == [PRICING]


def test_a_guide_is_read_once_for_each_version(acme_api: ApiClient, path: str) -> None:
    def reads() -> list[str]:
        """Statements that read interview requests, interview types or conversations."""
        return [sql for sql in statements(lambda: acme_api.get(path)) if "interviewtype" in sql]

    first, *guide = reads()
    assert len(guide) == 1
    assert '"guide",' not in first
    assert len(reads()) == 1
    rename_topic("Price")
    assert len(reads()) == 2
    assert len(reads()) == 1


@pytest.mark.slow
def test_a_patch_in_the_middle_of_a_conversation_steers_the_next_question(
    acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    """The objective, then the notes; without a model."""
    path, row = f"/interviews/{interview_request.pk}", interview_request
    give_consent(row)
    next_question(row)
    acme_api.patch(path, {"objective": "Focus on the demo. Do not mention competitors."})
    store_steering(row, emphasize=["experience"], avoid=["options"])
    assert _topic_after_an_answer(row) == "experience"
    acme_api.patch(path, {"objective": "", "contact_context": "Do not ask about the trigger."})
    store_steering(row, avoided_by_notes=["process"])
    assert _topic_after_an_answer(row) not in ("experience", "process")


def _topic_after_an_answer(row: InterviewRequest) -> str:
    """A refusal, so that no follow-up comes first."""
    row = InterviewRequest.objects.get(pk=row.pk)
    submit_answer(row, number=row.turns.count(), text="I don't know.")
    next_question(row)
    return row.turns.latest("number").topic


class TestSubjects:
    @pytest.fixture
    def path(self, interview_request: InterviewRequest) -> str:
        InterviewRequest.objects.update(objective=OBJECTIVE)
        return f"/interviews/{interview_request.pk}"

    def test_shows_subjects_without_vendor_and_contact(
        self, acme_api: ApiClient, path: str, interview_request: InterviewRequest
    ) -> None:
        acme_api.patch(path, {"contact_name": "Alice Smith"})
        store_steering(interview_request, subjects=["SSO", "Acme", "Alice Smith", "CFO"])
        assert acme_api.get(path).json()["objective_subjects"] == ["SSO", "CFO"]
        assert acme_api.get("/interviews").json()["data"][0]["objective_subjects"] == ["SSO", "CFO"]

    def test_a_correction_counts_until_the_objective_changes_and_changes_the_etag(
        self, acme_api: ApiClient, path: str, interview_request: InterviewRequest
    ) -> None:
        etag = acme_api.get(path).headers["ETag"]
        correct(interview_request, CorrectedSubjects(("audit logs",)))
        later = acme_api.get(path, If_None_Match=etag)
        assert (later.status_code, later.json()["objective_subjects"]) == (200, ["audit logs"])
        assert acme_api.get("/interviews").json()["data"][0]["objective_subjects"] == ["audit logs"]
        acme_api.patch(path, {"objective": OBJECTIVE, "contact_context": "New"})
        assert acme_api.get(path).json()["objective_subjects"] == ["audit logs"]
        acme_api.patch(path, {"objective": "Ask about the dashboard"})
        store_steering(interview_request, subjects=["dashboard"])
        assert acme_api.get(path).json()["objective_subjects"] == ["dashboard"]
        assert InterviewRequest.objects.get().subjects == ""
