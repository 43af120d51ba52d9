"""Staff edit guides as JSON. Each save is a new version, and interviews that have begun keep theirs."""

import json
from typing import Any

import pytest
from django.utils.html import escape

from interviews.lifecycle import Rating
from interviews.models import Conversation, InterviewRequest, InterviewType
from interviews.paige.guide.formats import in_current_format
from interviews.services.conversation_steps import complete_conversation, finish_conversation, give_consent
from interviews.services.wishes import rate_interview
from orgs.actors import Actor, ActorKind
from orgs.audit import record
from tests.factories import InterviewRequestFactory, InterviewTypeFactory
from tests.interviews.old_guides import old_guide
from tests.staff.conftest import Staff, staff_of

GUIDE = "interviews_interviewtype_guide-json"
CHANGE = "interviews_interviewtype_change"
HISTORY = "interviews_interviewtype_history"


def shown(staff: Staff, kind: InterviewType) -> tuple[dict[str, Any], int]:
    form = staff.get(GUIDE, kind.pk).context["form"]
    return json.loads(form["guide"].value()), form["version"].value()


def save(staff: Staff, kind: InterviewType, guide: Any, version: int) -> Any:
    text = guide if isinstance(guide, str) else json.dumps(guide)
    return staff.post(GUIDE, kind.pk, guide=text, version=version)


def test_the_page_shows_ratings_by_version(
    support: Staff, kind: InterviewType, interview_request: InterviewRequest
) -> None:
    assert b"No contact has rated" in support.get(CHANGE, kind.pk).content
    other = InterviewRequestFactory.create(org=kind.org, contact=interview_request.contact, interview_type=kind)
    for row, rating in ((interview_request, Rating.FULLY), (other, Rating.MOSTLY)):
        give_consent(row)
        finish_conversation(row)
        complete_conversation(row)
        rate_interview(row, rating=rating)
    page = support.get(CHANGE, kind.pk).content.decode()
    assert '<th scope="row">1</th><td>2</td><td>3.5</td>' in page


@pytest.mark.parametrize("is_old", [False, True])
def test_the_page_shows_the_guide_as_text(kind: InterviewType, is_old: bool) -> None:
    if is_old:
        InterviewType.objects.filter(pk=kind.pk).update(guide=old_guide())
        kind.refresh_from_db()
    page = staff_of("read only").get(CHANGE, kind.pk).content.decode()
    topic = in_current_format(kind.guide)["topics"][0]
    text, _, json_text = page.partition("As JSON")
    assert f"<strong>{escape(topic['title'])}</strong>" in text
    assert escape(topic["question"]) in text
    assert f"{topic['follow_ups'][0]['kind'].capitalize()}: {escape(topic['follow_ups'][0]['text'])}" in text
    assert "&quot;topics&quot;" in json_text


def test_questions_and_the_order_of_topics_can_be_edited(support: Staff, kind: InterviewType) -> None:
    guide, version = shown(support, kind)
    guide["topics"][0]["question"] = "What was going on when you began to look around?"
    guide["topics"][1:3] = reversed(guide["topics"][1:3])
    assert save(support, kind, guide, version).status_code == 302
    kind.refresh_from_db()
    assert in_current_format(kind.guide) == {**guide, "version": version + 1}
    assert b"Edit the guide" in support.get(CHANGE, kind.pk).content


@pytest.mark.parametrize("name", ["x" * 201, "Taken"])
def test_a_name_that_cannot_be_stored_is_refused(support: Staff, kind: InterviewType, name: str) -> None:
    InterviewTypeFactory.create(org=kind.org, name="Taken")
    guide, version = shown(support, kind)
    response = save(support, kind, {**guide, "name": name}, version)
    assert response.status_code == 200
    assert response.context["form"].errors["guide"]
    before = kind.guide
    kind.refresh_from_db()
    assert kind.guide == before


def test_an_older_guide_is_restored_in_the_editor(support: Staff, kind: InterviewType) -> None:
    first, version = shown(support, kind)
    save(support, kind, {**first, "closing_question": "What have I missed?"}, version)
    history = support.get(HISTORY, kind.pk)
    [change] = history.context["changes"]
    assert (change.entry.field, change.entry.actor, change.is_restorable) == ("guide", "sue", False)
    assert "<ins>" in history.content.decode()
    assert f"?change={change.entry.pk}" in history.content.decode()
    form = support.get(GUIDE, kind.pk, change=change.entry.pk).context["form"]
    assert json.loads(form["guide"].value()) == first
    assert save(support, kind, form["guide"].value(), form["version"].value()).status_code == 302
    kind.refresh_from_db()
    assert in_current_format(kind.guide) == {**first, "version": 3}


def test_an_older_guide_in_the_old_format_is_restored_in_the_current_one(support: Staff, kind: InterviewType) -> None:
    record(kind, "guide", before=json.dumps(old_guide()), actor=Actor(ActorKind.COMMAND, "test"))
    [change] = support.get(HISTORY, kind.pk).context["changes"]
    form = support.get(GUIDE, kind.pk, change=change.entry.pk).context["form"]
    assert save(support, kind, form["guide"].value(), form["version"].value()).status_code == 302
    kind.refresh_from_db()
    assert in_current_format(kind.guide) == {**in_current_format(old_guide()), "version": 2}


@pytest.mark.parametrize("number", ["0", "999999", "x", "9" * 5000])
def test_an_unknown_change_shows_the_stored_guide(support: Staff, kind: InterviewType, number: str) -> None:
    form = support.get(GUIDE, kind.pk, change=number).context["form"]
    assert json.loads(form["guide"].value()) == shown(support, kind)[0]


def test_an_interview_that_has_begun_keeps_its_guide(
    support: Staff, kind: InterviewType, interview_request: InterviewRequest
) -> None:
    give_consent(interview_request)
    before = kind.guide
    guide, version = shown(support, kind)
    guide["closing_question"] = "What have I not asked about?"
    save(support, kind, guide, version)
    assert Conversation.objects.get().guide == before


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"topics": []}, "guide.topics"),
        ({"max_turns": 1}, "guide.max_turns"),
        ({"nonsense": 1}, "guide.nonsense"),
        ({"closing_question": "No question at all"}, "guide.closing_question"),
    ],
)
def test_an_invalid_guide_is_refused(support: Staff, kind: InterviewType, change: dict[str, Any], path: str) -> None:
    guide, version = shown(support, kind)
    page = save(support, kind, {**guide, **change}, version)
    assert page.status_code == 200
    assert path in page.content.decode()
    before = kind.guide
    kind.refresh_from_db()
    assert kind.guide == before


def test_the_form_lists_every_problem(support: Staff, kind: InterviewType) -> None:
    guide, version = shown(support, kind)
    page = save(support, kind, {**guide, "name": "", "closing_question": "Tell <b>me</b>"}, version)
    assert page.context["form"].errors["guide"] == [
        "guide.name: Must not be blank.",
        "guide.closing_question: Must have a question mark.",
    ]
    assert page.content.decode().count("<li>guide.") == 2
    assert b"Please correct the errors below." in page.content


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": NaN}', '{"a": "\\u0000"}', "1" * 5000])
def test_invalid_json_is_refused(support: Staff, kind: InterviewType, text: str) -> None:
    assert save(support, kind, text, 1).status_code == 200
    kind.refresh_from_db()
    assert kind.guide["version"] == 1


def test_the_second_of_two_concurrent_edits_is_refused(support: Staff, kind: InterviewType) -> None:
    guide, version = shown(support, kind)
    save(support, kind, {**guide, "estimated_minutes": 20}, version)
    page = save(support, kind, {**guide, "estimated_minutes": 5}, version)
    assert "is now at version 2" in page.content.decode()
    kind.refresh_from_db()
    assert kind.guide["estimated_minutes"] == 20


@pytest.mark.parametrize("role", ["read only", "account manager"])
def test_other_roles_cannot_edit_guides(kind: InterviewType, role: str) -> None:
    staff = staff_of(role)
    assert staff.get(GUIDE, kind.pk).status_code == 403
    assert save(staff, kind, "{}", 1).status_code == 403
