"""A guide's JSON is either turned into records or refused with the path of each wrong value."""

from copy import deepcopy
from functools import reduce
from typing import Any

import pytest

from interviews.paige.guide.guide import CLOSING, FollowUpKind, Guide, GuideError
from interviews.paige.guide.question_style import guide_warnings
from interviews.paige.guide.rules import SHOWN_PROBLEMS, in_current_format
from interviews.paige.guide.texts import MAX_FOLLOW_UPS
from tests.interviews.old_guides import old_guide

Path = tuple[str | int, ...]

TOPIC: Path = ("topics", 1)
FOLLOW_UP: Path = ("topics", 1, "follow_ups", 2)


def put(data: Any, path: Path, value: object) -> Any:
    """A copy of the data with another value at the path."""
    changed = deepcopy(data)
    parent_of(path, changed)[path[-1]] = value
    return changed


def drop(data: Any, path: Path) -> Any:
    """A copy of the data without the field at the path."""
    changed = deepcopy(data)
    del parent_of(path, changed)[path[-1]]
    return changed


def parent_of(path: Path, data: Any) -> Any:
    return reduce(lambda node, step: node[step], path[:-1], data)


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
    assert Guide.from_data(put(guide_data, ("language",), "de")).language == "de"
    assert Guide.from_data(put(guide_data, ("language",), "de")).closing.title == "Was nicht gefragt wurde"


ONE_LINE = "Must be one line without white space at its ends."
NO_QUESTION = "Must have a question mark."
KEY = "Must be 1 to 40 lower-case letters, digits and underscores, and begin with a letter."
BRACES = "Must not contain braces, except in {vendor}."
VERSION = "Must be a whole number from 1 to 1000000."


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("name",), "  ", "guide.name: Must not be blank."),
        (("name",), None, "guide.name: Must be text, not null."),
        (("name",), " padded", f"guide.name: {ONE_LINE}"),
        (("purpose",), "two\nlines", f"guide.purpose: {ONE_LINE}"),
        (("version",), 0, f"guide.version: {VERSION}"),
        (("version",), True, f"guide.version: {VERSION}"),
        (("version",), None, "guide.version: This field may not be null."),
        (("language",), "fr", "guide.language: Must be one of de, en."),
        (("estimated_minutes",), 121, "guide.estimated_minutes: Must be a whole number from 1 to 120."),
        (("max_turns",), 51, "guide.max_turns: Must be a whole number from 1 to 50."),
        (("max_turns",), 1, "guide.max_turns: Must be at least 2: the core topics and the closing question."),
        (("topics",), {}, "guide.topics: Must be a list."),
        (("topics",), [], "guide.topics: Must have at least 1 item."),
        (TOPIC, "price", "guide.topics[1]: Must be an object."),
        (TOPIC, None, "guide.topics[1]: Must be an object, not null."),
        ((*TOPIC, "key"), "Price!", f"guide.topics[1].key: {KEY}"),
        ((*TOPIC, "key"), "k" * 41, f"guide.topics[1].key: {KEY}"),
        ((*TOPIC, "key"), "start", 'guide.topics[1].key: The key "start" is already used: Topic 1, key.'),
        ((*TOPIC, "key"), CLOSING, 'guide.topics[1].key: "closing" is the key of the closing question.'),
        ((*TOPIC, "title"), "a {title}", f"guide.topics[1].title: {BRACES}"),
        ((*TOPIC, "core"), 1, "guide.topics[1].core: Must be true or false, not a number."),
        ((*TOPIC, "siblings"), "price", "guide.topics[1].siblings: Must be a list."),
        ((*TOPIC, "siblings"), ["The price"], "guide.topics[1].siblings[0]: Must be 1 to 40 lower-case letters"),
        ((*TOPIC, "bridge"), "Now\nto it.", f"guide.topics[1].bridge: {ONE_LINE}"),
        ((*TOPIC, "about"), "Two\nlines", f"guide.topics[1].about: {ONE_LINE}"),
        ((*TOPIC, "siblings"), ["start", 7], "guide.topics[1].siblings[1]: Must be text, not a number."),
        ((*TOPIC, "question"), "Tell me about price.", f"guide.topics[1].question: {NO_QUESTION}"),
        ((*TOPIC, "question"), "What of {name}?", f"guide.topics[1].question: {BRACES}"),
        (
            (*TOPIC, "question"),
            "What SET off your search?",
            'guide.topics[1].question: The wording "What SET off your search?" is already used: Topic 1, question.',
        ),
        ((*TOPIC, "question"), "What of “{quote}”?", f"guide.topics[1].question: {BRACES}"),
        ((*TOPIC, "rephrasing"), "Tell me.", f"guide.topics[1].rephrasing: {NO_QUESTION}"),
        ((*TOPIC, "reason"), "For {name}.", f"guide.topics[1].reason: {BRACES}"),
        (
            (*FOLLOW_UP, "text"),
            "What did I not ask?",
            'guide.closing_question: The wording "What did I not ask?" is already used: Topic 2, follow-up 3.',
        ),
        ((*TOPIC, "follow_ups"), [], "guide.topics[1].follow_ups: Must have at least 1 item."),
        (
            (*TOPIC, "follow_ups"),
            [{"kind": "reason", "text": f"Why {number}?"} for number in range(MAX_FOLLOW_UPS + 1)],
            f"guide.topics[1].follow_ups: Must have at most {MAX_FOLLOW_UPS} items, not {MAX_FOLLOW_UPS + 1}.",
        ),
        (
            (*FOLLOW_UP, "kind"),
            "motive",
            "guide.topics[1].follow_ups[2].kind: Must be one of " + ", ".join(FollowUpKind) + ".",
        ),
        (
            (*FOLLOW_UP, "text"),
            "Of {name}?",
            "guide.topics[1].follow_ups[2].text: Must not contain braces, except in {vendor} and {quote}.",
        ),
        (
            (*FOLLOW_UP, "text"),
            "“{quote}” and “{quote}”?",
            "guide.topics[1].follow_ups[2].text: Must have {quote} at most once.",
        ),
        ((*FOLLOW_UP, "texts"), "Why?", "guide.topics[1].follow_ups[2].texts: Unknown field. Did you mean text?"),
        ((*TOPIC, "follow_up"), [], "guide.topics[1].follow_up: Unknown field. Did you mean follow_ups?"),
        (("x",), "y", "guide.x: Unknown field. Valid fields: name, version, "),
        (("closing_question",), "What did I miss", f"guide.closing_question: {NO_QUESTION}"),
    ],
)
def test_a_wrong_value_is_named_by_its_path(
    guide_data: dict[str, Any], path: Path, value: object, problem: str
) -> None:
    [named] = problems_of(put(guide_data, path, value))
    assert named.startswith(problem)


@pytest.mark.parametrize(
    ("path", "named"),
    [
        *[((name,), f"guide.{name}") for name in ("name", "version", "estimated_minutes", "max_turns", "purpose")],
        (("topics",), "guide.topics"),
        (("closing_question",), "guide.closing_question"),
        *[
            ((*TOPIC, name), f"guide.topics[1].{name}")
            for name in ("key", "title", "core", "question", "rephrasing", "reason", "follow_ups")
        ],
        *[((*FOLLOW_UP, name), f"guide.topics[1].follow_ups[2].{name}") for name in ("kind", "text")],
    ],
)
def test_every_field_is_required(guide_data: dict[str, Any], path: Path, named: str) -> None:
    assert problems_of(drop(guide_data, path)) == (f"{named}: This field is required.",)


@pytest.mark.parametrize("data", [None, [], "guide", 7])
def test_a_guide_is_an_object(data: object) -> None:
    [problem] = problems_of(data)
    assert problem.startswith("guide: Must be an object")


def test_the_error_lists_every_problem_on_a_line_of_its_own(guide_data: dict[str, Any]) -> None:
    broken = put(put(guide_data, ("name",), ""), (*FOLLOW_UP, "text"), "Why")
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


@pytest.mark.parametrize("question", ["what " * 200 + "then?", "What? Why?", "Don't you agree?"])
def test_a_poor_question_is_not_refused(guide_data: dict[str, Any], question: str) -> None:
    assert Guide.from_data(put(guide_data, (*TOPIC, "question"), question)).topics[1].question == question


@pytest.mark.parametrize(("name", "empty"), [("siblings", []), ("rephrasing", ""), ("reason", "")])
def test_siblings_rephrasing_and_reason_may_be_empty(guide_data: dict[str, Any], name: str, empty: Any) -> None:
    topic = Guide.from_data(put(guide_data, (*TOPIC, name), empty)).topics[1]
    assert not getattr(topic, name)
    assert "" not in topic.wordings()


@pytest.mark.parametrize("name", ["objective_phrases", "phrases"])
@pytest.mark.parametrize("phrases", [{"en": ["pric*", "(cost"]}, ["price"], [], None])
def test_phrases_of_earlier_versions_are_dropped(guide_data: dict[str, Any], name: str, phrases: object) -> None:
    older = put(guide_data, (*TOPIC, name), phrases)
    assert Guide.from_data(older) == Guide.from_data(guide_data)
    assert in_current_format(older) == guide_data


def test_objectives_are_compared_with_title_question_and_about(guide_data: dict[str, Any]) -> None:
    without = Guide.from_data(guide_data).topics[1]
    assert (without.about, without.described) == ("", f"{without.title}. {without.question}")
    about = "What it cost, and what the budget allowed."
    topic = Guide.from_data(put(guide_data, (*TOPIC, "about"), about)).topics[1]
    assert (topic.about, topic.described) == (about, f"{topic.title}. {topic.question}. {about[:-1]}")


def test_the_vendors_name_replaces_every_placeholder(guide_data: dict[str, Any]) -> None:
    retitled = put(guide_data, (*TOPIC, "title"), "What {vendor} cost")
    closed = put(retitled, ("closing_question",), "What of {vendor} did I not ask?")

    guide = Guide.from_data(closed).for_vendor("Acme {x}")

    price = guide.topic("price")
    assert guide.purpose == "This interview is about how you came to know Acme {x}."
    assert price.title == "What Acme {x} cost"
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
    guide = Guide.from_data(put(guide_data, (*TOPIC, "siblings"), [first]))
    assert [guide.siblings_of(key) for key in (first, second, CLOSING)] == [{second}, {first}, set()]


def test_the_bridge_of_a_topic_may_name_the_vendor(guide_data: dict[str, Any]) -> None:
    guide = Guide.from_data(put(guide_data, (*TOPIC, "bridge"), "Now to {vendor}."))
    assert guide.for_vendor("Acme").topics[1].bridge == "Now to Acme."
    assert Guide.from_data(put(guide_data, (*TOPIC, "bridge"), "")).topics[1].bridge == ""


def test_a_sibling_that_is_no_topic_is_a_warning(guide_data: dict[str, Any]) -> None:
    guide = put(guide_data, (*TOPIC, "siblings"), ["weather"])
    assert Guide.from_data(guide)
    assert "“weather” is not the key of another topic." in [warning.message for warning in guide_warnings(guide)]
