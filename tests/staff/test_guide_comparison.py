"""Staff compare two versions of a guide, by topic."""

from typing import Any

from interviews.models import InterviewType
from interviews.services.interview_types import edit_guide
from staff.guides.comparison import compared
from tests.staff.admin_pages import SAM
from tests.staff.conftest import Staff

COMPARE = "interviews_interviewtype_compare"


def found(before: Any, after: Any) -> list[tuple[str, list[str], list[str]]]:
    return [(part.heading, part.notes, [label for label, _ in part.texts]) for part in compared(before, after)]


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
    assert "/compare/" in root.get("interviews_interviewtype_history", kind.pk).content.decode()
    newest = root.get(COMPARE, kind.pk).content.decode()
    assert "<del> look around</del><ins> change</ins>" in newest
    oldest = root.get(COMPARE, kind.pk, before=1, after=2).content.decode()
    assert "look around" in oldest
    assert " change</ins>" not in oldest
    assert "do not differ" in root.get(COMPARE, kind.pk, before=2, after=2).content.decode()
    refused = root.get(COMPARE, kind.pk, before=9, after="x")
    assert set(refused.context["form"].errors) == {"before", "after"}
    assert root.get(COMPARE, kind.pk, before=1).context["form"].errors["after"]
