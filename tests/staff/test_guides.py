"""Staff edit guides as JSON, compare versions, and arrange topics. Each save is a new version."""

import json
from typing import Any

import pytest
from django.utils.html import escape

from interviews.lifecycle import Rating
from interviews.models import InterviewRequest, InterviewType
from interviews.paige.guide.question_style import guide_warnings
from interviews.paige.guide.rules import in_current_format
from interviews.paige.guide.texts import QUOTE, clean_follow_up
from interviews.services.interview_types import edit_guide
from interviews.services.wishes import rate_interview
from orgs.actors import Actor, ActorKind
from orgs.audit import record
from staff.guides.arrangement import arranged
from staff.guides.comparison import compared
from staff.history.diff import TimeBudget
from tests.factories import InterviewRequestFactory, InterviewTypeFactory
from tests.interviews.old_guides import old_guide
from tests.interviews.steps import complete
from tests.staff.admin_pages import SAM
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
        rate_interview(complete(row), rating=rating)
    page = support.text(CHANGE, kind.pk)
    assert '<th scope="row">1</th><td>2</td><td>3.5</td>' in page


def test_the_page_shows_the_guide_as_text(kind: InterviewType) -> None:
    page = staff_of("read only").text(CHANGE, kind.pk)
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


def test_invalid_json_and_the_second_of_two_concurrent_edits_are_refused(support: Staff, kind: InterviewType) -> None:
    guide, version = shown(support, kind)
    for text in ("", "{", "[]", '{"a": NaN}', '{"a": "\\u0000"}', "1" * 5000):
        assert save(support, kind, text, version).status_code == 200
    assert shown(support, kind) == (guide, 1)
    save(support, kind, {**guide, "estimated_minutes": 20}, version)
    page = save(support, kind, {**guide, "estimated_minutes": 5}, version)
    assert "is now at version 2" in page.content.decode()
    kind.refresh_from_db()
    assert kind.guide["estimated_minutes"] == 20


COMPARE = "interviews_interviewtype_compare"


def found(before: Any, after: Any) -> list[tuple[str, list[str], list[str]]]:
    return [
        (part.heading, part.notes, [label for label, _ in part.texts]) for part in compared(before, after, TimeBudget())
    ]


def test_added_removed_moved_and_changed_topics(kind: InterviewType) -> None:
    first, second, third, *rest = kind.guide["topics"]
    changed = {**second, "question": "What else?", "follow_ups": second["follow_ups"][1:]}
    new = {**first, "key": "new", "title": "Weather"}
    after = {**kind.guide, "topics": [changed, *rest, third, new], "max_turns": 19, "version": 2}
    place = len(rest) + 2
    parts = found(kind.guide, after)
    assert [(heading, notes) for heading, notes, _ in parts] == [
        ("Interview", []),
        (f"Topic 1: {second['title']}", []),
        (f"Topic {place}: {third['title']}", [f"Moved from place 3 to {place}."]),
        (f"Topic {place + 1}: Weather", ["Added."]),
        (first["title"], ["Removed."]),
    ]
    assert [labels for *_, labels in parts[:3]] == [["Max turns"], ["Question", "Follow-ups"], []]
    assert {"Title", "Question", "Follow-ups"} <= {*parts[3][2]}
    assert found(kind.guide, kind.guide) == []


def test_the_page_compares_any_two_versions(root: Staff, kind: InterviewType) -> None:
    questions = ["What made you look around?", "What made you change?"]
    for question in questions:
        kind.refresh_from_db()
        topics = [{**kind.guide["topics"][0], "question": question}, *kind.guide["topics"][1:]]
        guide = {**kind.guide, "topics": topics}
        edit_guide(org_id=kind.org_id, interview_type_id=kind.pk, guide=guide, actor=SAM)
    history = root.text(HISTORY, kind.pk)
    assert "/compare/" in history
    assert "<del> look around</del><ins> change</ins>" in history
    assert "&quot;question&quot;" not in history, "JSON"
    newest = root.text(COMPARE, kind.pk)
    assert "<del> look around</del><ins> change</ins>" in newest
    oldest = root.text(COMPARE, kind.pk, before=1, after=2)
    assert "look around" in oldest
    assert " change</ins>" not in oldest
    assert "do not differ" in root.text(COMPARE, kind.pk, before=2, after=2)
    refused = root.get(COMPARE, kind.pk, before=9, after="x")
    assert set(refused.context["form"].errors) == {"before", "after"}
    assert root.get(COMPARE, kind.pk, before=1).context["form"].errors["after"]


def guide(*topics: str) -> dict[str, Any]:
    """A topic for each text, with a follow-up for each letter."""
    return {"topics": [{"key": text, "follow_ups": [{"text": letter} for letter in text]} for text in topics]}


def texts(arrangement: dict[str, Any]) -> list[str]:
    return ["".join(each["text"] for each in topic["follow_ups"]) for topic in arrangement["topics"]]


@pytest.mark.parametrize(
    ("button", "expected", "place"),
    [
        ("topics-1:up", ["de", "abc", "f"], (0,)),
        ("topics-0:up", ["abc", "de", "f"], (0,)),
        ("topics-0:down", ["de", "abc", "f"], (1,)),
        ("topics-2:down", ["abc", "de", "f"], (2,)),
        ("topics-0:to-99", ["de", "f", "abc"], (2,)),
        ("topics-2:remove", ["abc", "de"], (1,)),
        ("topics-0-follow_ups-2:up", ["acb", "de", "f"], (0, "follow_ups", 1)),
        ("topics-0-follow_ups-0:to-2", ["bca", "de", "f"], (0, "follow_ups", 2)),
        ("topics-1-follow_ups-0:remove", ["abc", "e", "f"], (1, "follow_ups", 0)),
        ("topics-2-follow_ups-0:remove", ["abc", "de", ""], (2, "follow_ups")),
        ("topics-2-follow_ups:add", ["abc", "de", "f"], (2, "follow_ups", 1)),
    ],
)
def test_a_button_changes_the_order(button: str, expected: list[str], place: tuple[Any, ...]) -> None:
    before = guide("abc", "de", "f")
    after = arranged(before, button)
    assert texts(after.guide) == expected
    assert after.place == ("topics", *place)
    assert before == guide("abc", "de", "f")


@pytest.mark.parametrize(
    "button",
    [
        *("", "x", "topics", "topics-0", "topics:up", "topics-3:up", "topics--1:up", "topics-0:to-", "topics-0:up\n"),
        *("topics-9-follow_ups:add", "topics-follow_ups:add", "topics-0-follow_ups:remove", "topics-0-follow_ups-7:up"),
        "topics-\u0663:up",
    ],
)
def test_a_button_that_does_not_fit_changes_nothing(button: str) -> None:
    assert arranged(guide("abc", "de", "f"), button).guide == guide("abc", "de", "f")


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_first_follow_ups_are_open_questions_that_differ(language: str) -> None:
    guide: dict[str, Any] = {"language": language, "topics": []}
    for _ in range(7):
        guide = arranged(guide, "topics:add").guide
    texts = [follow_up["text"] for topic in guide["topics"] for follow_up in topic["follow_ups"]]
    assert len(texts) == 6 * 4 + 1, "once all are used, a topic begins with an empty one"
    assert texts[-1] == ""
    assert len({text.casefold() for text in texts}) == len(texts)
    assert all(clean_follow_up(text) and QUOTE in text for text in texts[:-1])
    assert not [warning for warning in guide_warnings(guide) if warning.path[-1] == "text"]
