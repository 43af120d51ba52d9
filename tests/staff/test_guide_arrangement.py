"""The buttons of the guide's form."""

from typing import Any

import pytest

from interviews.paige.guide.question_style import guide_warnings
from interviews.paige.guide.texts import QUOTE, clean_follow_up
from staff.guides.arrangement import arranged


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
