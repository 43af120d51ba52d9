"""A guide's JSON is either turned into records or refused with the path of each wrong value."""

import re
from copy import deepcopy
from typing import Any

import pytest

from interviews.paige.guide.guide import CLOSING, FollowUpKind, Guide, GuideError
from interviews.paige.guide.question_style import guide_warnings
from interviews.paige.guide.rules import SHOWN_PROBLEMS, in_current_format
from interviews.paige.guide.texts import MAX_FOLLOW_UPS
from tests.interviews.old_guides import old_guide


def parent_of(path: str, data: Any) -> tuple[Any, Any]:
    """The object that has the value at a path such as `topics[1].key`, and the last step of the path."""
    *steps, last = [int(step) if step.isdigit() else step for step in re.findall(r"\w+", path)]
    for step in steps:
        data = data[step]
    return data, last


def put(data: Any, path: str, value: object) -> Any:
    """A copy of the data with another value at the path."""
    changed = deepcopy(data)
    parent, last = parent_of(path, changed)
    parent[last] = value
    return changed


def problems_of(data: object) -> tuple[str, ...]:
    with pytest.raises(GuideError) as refused:
        Guide.from_data(data)
    return tuple(map(str, refused.value.problems))


OLD_KINDS = [FollowUpKind.INSTANCE, FollowUpKind.COMPARISON, FollowUpKind.REASON, FollowUpKind.CONSEQUENCE]


def test_a_valid_guide_becomes_records(guide_data: dict[str, Any]) -> None:
    guide = Guide.from_data(guide_data)

    assert (guide.name, guide.version, guide.estimated_minutes, guide.max_turns) == ("A short interview", 3, 5, 6)
    assert [topic.key for topic in guide.topics] == ["start", "price"]
    assert [topic.core for topic in guide.topics] == [True, False]
    assert [each.kind for each in guide.topics[1].follow_ups] == [*OLD_KINDS, FollowUpKind.REASON]
    assert [each.takes_quote for each in guide.topics[1].follow_ups] == [False, False, False, False, True]
    assert guide.topics[0].follow_ups[1].text == "Which comparison with {vendor} comes to mind on start?"
    assert guide.topics[0].rephrasing == "In other words, what about start?"
    assert guide.topics[0].reason == "I ask because start matters to {vendor}."
    assert guide.closing.question == "What did I not ask?"


def test_a_guide_without_a_language_is_english(guide_data: dict[str, Any]) -> None:
    assert Guide.from_data(guide_data).language == "en"
    assert Guide.from_data(put(guide_data, "language", "de")).language == "de"
    assert Guide.from_data(put(guide_data, "language", "de")).closing.title == "Was nicht gefragt wurde"


ONE_LINE = "Must be one line without white space at its ends."
NO_QUESTION = "Must have a question mark."
KEY = "Must be 1 to 40 lower-case letters, digits and underscores, and begin with a letter."
BRACES = "Must not contain braces, except in {vendor}."
VERSION = "Must be a whole number from 1 to 1000000."


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("name", "  ", "Must not be blank."),
        ("name", None, "Must be text, not null."),
        ("name", " padded", ONE_LINE),
        ("purpose", "two\nlines", ONE_LINE),
        ("version", 0, VERSION),
        ("version", True, VERSION),
        ("version", None, "This field may not be null."),
        ("language", "fr", "Must be one of de, en."),
        ("estimated_minutes", 121, "Must be a whole number from 1 to 120."),
        ("max_turns", 51, "Must be a whole number from 1 to 50."),
        ("max_turns", 1, "Must be at least 2: the core topics and the closing question."),
        ("topics", {}, "Must be a list."),
        ("topics", [], "Must have at least 1 item."),
        ("topics[1]", "price", "Must be an object."),
        ("topics[1]", None, "Must be an object, not null."),
        ("topics[1].key", "Price!", KEY),
        ("topics[1].key", "k" * 41, KEY),
        ("topics[1].key", "start", 'The API name "start" is already used: Topic 1, API name.'),
        ("topics[1].key", CLOSING, '"closing" is the API name of the closing question.'),
        ("topics[1].title", "a {title}", BRACES),
        ("topics[1].core", 1, "Must be true or false, not a number."),
        ("topics[1].siblings", "price", "Must be a list."),
        ("topics[1].bridge", "Now\nto it.", ONE_LINE),
        ("topics[1].about", "Two\nlines", ONE_LINE),
        ("topics[1].question", "Tell me about price.", NO_QUESTION),
        ("topics[1].question", "What of {name}?", BRACES),
        (
            "topics[1].question",
            "What SET off your search?",
            'The wording "What SET off your search?" is already used: Topic 1, question.',
        ),
        ("topics[1].question", "What of “{quote}”?", BRACES),
        ("topics[1].rephrasing", "Tell me.", NO_QUESTION),
        ("topics[1].reason", "For {name}.", BRACES),
        ("topics[1].follow_ups", [], "Must have at least 1 item."),
        (
            "topics[1].follow_ups",
            [{"kind": "reason", "text": f"Why {number}?"} for number in range(MAX_FOLLOW_UPS + 1)],
            f"Must have at most {MAX_FOLLOW_UPS} items, not {MAX_FOLLOW_UPS + 1}.",
        ),
        ("topics[1].follow_ups[2].kind", "motive", "Must be one of " + ", ".join(FollowUpKind) + "."),
        ("topics[1].follow_ups[2].text", "Of {name}?", "Must not contain braces, except in {vendor} and {quote}."),
        ("topics[1].follow_ups[2].text", "“{quote}” and “{quote}”?", "Must have {quote} at most once."),
        ("topics[1].follow_ups[2].texts", "Why?", "Unknown field. Did you mean text?"),
        ("topics[1].follow_up", [], "Unknown field. Did you mean follow_ups?"),
        ("x", "y", "Unknown field. Valid fields: name, version, "),
        ("closing_question", "What did I miss", NO_QUESTION),
    ],
)
def test_a_wrong_value_is_named_by_its_path(guide_data: dict[str, Any], path: str, value: object, problem: str) -> None:
    [named] = problems_of(put(guide_data, path, value))
    assert named.startswith(f"guide.{path}: {problem}")


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("topics[1].siblings", ["The price"], "guide.topics[1].siblings[0]: Must be 1 to 40 lower-case letters"),
        ("topics[1].siblings", ["start", 7], "guide.topics[1].siblings[1]: Must be text, not a number."),
        (
            "topics[1].follow_ups[2].text",
            "What did I not ask?",
            'guide.closing_question: The wording "What did I not ask?" is already used: Topic 2, follow-up 3.',
        ),
    ],
)
def test_a_problem_is_named_where_it_is(guide_data: dict[str, Any], path: str, value: object, problem: str) -> None:
    [named] = problems_of(put(guide_data, path, value))
    assert named.startswith(problem)


@pytest.mark.parametrize(
    "path",
    [
        *("name", "version", "estimated_minutes", "max_turns", "purpose", "topics", "closing_question"),
        *(f"topics[1].{name}" for name in ("key", "title", "core", "question", "rephrasing", "reason", "follow_ups")),
        *("topics[1].follow_ups[2].kind", "topics[1].follow_ups[2].text"),
    ],
)
def test_every_field_is_required(guide_data: dict[str, Any], path: str) -> None:
    parent, name = parent_of(path, guide_data)
    del parent[name]
    assert problems_of(guide_data) == (f"guide.{path}: This field is required.",)


@pytest.mark.parametrize("data", [None, [], "guide", 7])
def test_a_guide_is_an_object(data: object) -> None:
    [problem] = problems_of(data)
    assert problem.startswith("guide: Must be an object")


def test_the_error_lists_every_problem_on_a_line_of_its_own(guide_data: dict[str, Any]) -> None:
    broken = put(put(guide_data, "name", ""), "topics[1].follow_ups[2].text", "Why")
    with pytest.raises(GuideError) as refused:
        Guide.from_data({**broken, "nonsense": 1, "version": 0})
    assert str(refused.value).splitlines() == refused.value.lines
    assert [line.partition(":")[0] for line in refused.value.lines] == [
        "guide.nonsense",
        "guide.name",
        "guide.version",
        "guide.topics[1].follow_ups[2].text",
    ]


def test_the_text_of_the_error_of_a_hopeless_guide_stays_short(guide_data: dict[str, Any]) -> None:
    with pytest.raises(GuideError) as refused:
        Guide.from_data({**guide_data, "topics": [7] * 1000})
    assert len(str(refused.value).splitlines()) == SHOWN_PROBLEMS
    assert len(refused.value.problems) == 1000


@pytest.mark.parametrize(("name", "empty"), [("siblings", []), ("rephrasing", ""), ("reason", ""), ("bridge", "")])
def test_siblings_and_some_texts_may_be_empty(guide_data: dict[str, Any], name: str, empty: Any) -> None:
    topic = Guide.from_data(put(guide_data, f"topics[1].{name}", empty)).topics[1]
    assert not getattr(topic, name)
    assert "" not in topic.wordings()


@pytest.mark.parametrize("name", ["objective_phrases", "phrases"])
@pytest.mark.parametrize("phrases", [{"en": ["pric*", "(cost"]}, ["price"], [], None])
def test_phrases_of_earlier_versions_are_dropped(guide_data: dict[str, Any], name: str, phrases: object) -> None:
    older = put(guide_data, f"topics[1].{name}", phrases)
    assert Guide.from_data(older) == Guide.from_data(guide_data)
    assert in_current_format(older) == guide_data


def test_objectives_are_compared_with_title_question_and_about(guide_data: dict[str, Any]) -> None:
    without = Guide.from_data(guide_data).topics[1]
    assert (without.about, without.described) == ("", f"{without.title}. {without.question}")
    about = "What it cost, and what the budget allowed."
    topic = Guide.from_data(put(guide_data, "topics[1].about", about)).topics[1]
    assert (topic.about, topic.described) == (about, f"{topic.title}. {topic.question}. {about[:-1]}")


def test_the_vendors_name_replaces_every_placeholder(guide_data: dict[str, Any]) -> None:
    retitled = put(guide_data, "topics[1].title", "What {vendor} cost")
    bridged = put(retitled, "topics[1].bridge", "Now to {vendor}.")
    closed = put(bridged, "closing_question", "What of {vendor} did I not ask?")

    guide = Guide.from_data(closed).for_vendor("Acme {x}")

    price = guide.topic("price")
    assert guide.purpose == "This interview is about how you came to know Acme {x}."
    assert (price.title, price.bridge) == ("What Acme {x} cost", "Now to Acme {x}.")
    assert price.question == "How did the price of Acme {x} come into it?"
    assert price.follow_ups[0].text == "Which instance with Acme {x} comes to mind on price?"
    assert guide.topic(CLOSING).question == "What of Acme {x} did I not ask?"


def test_an_old_guide_is_converted_to_a_valid_one_with_the_same_texts() -> None:
    guide = Guide.from_data(in_current_format(old_guide()))
    assert (guide.version, [topic.key for topic in guide.topics]) == (7, ["trigger", "price"])
    assert [each.kind for each in guide.topics[1].follow_ups] == OLD_KINDS
    assert guide.topics[1].wordings() == ("What about price?", *(f"Which {kind} of price?" for kind in OLD_KINDS))


def test_topics_are_siblings_of_each_other(guide_data: dict[str, Any]) -> None:
    first, second, *_ = [topic["key"] for topic in guide_data["topics"]]
    guide = Guide.from_data(put(guide_data, "topics[1].siblings", [first]))
    assert [guide.siblings_of(key) for key in (first, second, CLOSING)] == [{second}, {first}, set()]


def test_a_sibling_that_is_no_topic_is_a_warning(guide_data: dict[str, Any]) -> None:
    guide = put(guide_data, "topics[1].siblings", ["weather"])
    assert Guide.from_data(guide)
    assert "No other topic has the API name “weather”." in [warning.message for warning in guide_warnings(guide)]
