"""Staff edit guides as JSON. Each save is a new version, and interviews that have begun keep theirs."""

import json
from typing import Any

import pytest
from django.utils.html import escape

from interviews.lifecycle import Rating
from interviews.models import InterviewRequest, InterviewType
from interviews.paige.guide.rules import in_current_format
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


def test_the_page_shows_the_guide_as_text(kind: InterviewType) -> None:
    page = staff_of("read only").get(CHANGE, kind.pk).content.decode()
    topic = kind.guide["topics"][0]
    text, _, json_text = page.partition("As JSON")
    assert f"<strong>{escape(topic['title'])}</strong>" in text
    assert escape(topic["question"]) in text
    assert f"{topic['follow_ups'][0]['kind'].capitalize()}: {escape(topic['follow_ups'][0]['text'])}" in text
    assert "&quot;topics&quot;" in json_text


def test_an_older_guide_in_the_old_format_is_restored_in_the_current_one(support: Staff, kind: InterviewType) -> None:
    record(kind, "guide", before=json.dumps(old_guide()), actor=Actor(ActorKind.COMMAND, "test"))
    history = support.get(HISTORY, kind.pk)
    [change] = history.context["changes"]
    assert (change.entry.field, change.seen) == ("guide", "")
    assert f"?change={change.entry.pk}" in history.content.decode()
    form = support.get(GUIDE, kind.pk, change=change.entry.pk).context["form"]
    assert save(support, kind, form["guide"].value(), form["version"].value()).status_code == 302
    kind.refresh_from_db()
    assert in_current_format(kind.guide) == {**in_current_format(old_guide()), "version": 2}


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        ({"topics": []}, ["guide.topics"]),
        ({"nonsense": 1}, ["guide.nonsense"]),
        ({"name": "", "closing_question": "Tell <b>me</b>"}, ["guide.name", "guide.closing_question"]),
        ({"name": "Taken"}, [""]),
        ({"name": "x" * 201}, [""]),
    ],
)
def test_an_invalid_guide_is_refused_with_every_problem(
    support: Staff, kind: InterviewType, change: dict[str, Any], paths: list[str]
) -> None:
    InterviewTypeFactory.create(org=kind.org, name="Taken")
    guide, version = shown(support, kind)
    page = save(support, kind, {**guide, **change}, version)
    assert page.status_code == 200
    errors = page.context["form"].errors["guide"]
    assert all(error.startswith(path) for error, path in zip(errors, paths, strict=True))
    before = kind.guide
    kind.refresh_from_db()
    assert kind.guide == before


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
