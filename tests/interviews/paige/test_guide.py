"""A guide that staff have edited is either usable or refused with the path of what is wrong."""

from copy import deepcopy
from functools import reduce
from typing import Any

import pytest

from interviews.paige.guide import CLOSING, Guide, GuideError, ProbeOrder, shipped_guide

Path = tuple[str | int, ...]

TOPIC: Path = ("topics", 1)
PROBE: Path = ("topics", 1, "probes", 2)


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


def test_a_sound_guide_becomes_records(guide_data: dict[str, Any]) -> None:
    guide = Guide.from_data(guide_data)

    assert (guide.name, guide.version, guide.estimated_minutes, guide.max_turns) == ("A short interview", 3, 5, 6)
    assert [topic.key for topic in guide.topics] == ["start", "price"]
    assert [topic.core for topic in guide.topics] == [True, False]
    assert guide.topics[1].keywords == ("price", "vs")
    assert [probe.order for probe in guide.topics[1].probes] == list(ProbeOrder)
    assert guide.closing.question == "What did I not ask?"


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (("name",), "  ", "guide.name: must be text and not blank"),
        (("name",), None, "guide.name: must be text and not blank"),
        (("name",), " padded", "guide.name: must be one line without white space around it"),
        (("purpose",), "two\nlines", "guide.purpose: must be one line"),
        (("version",), 0, "guide.version: must be a whole number from 1"),
        (("version",), True, "guide.version: must be a whole number from 1"),
        (("version",), 1.0, "guide.version: must be a whole number from 1"),
        (("estimated_minutes",), 121, "guide.estimated_minutes: must be a whole number from 1 to 120"),
        (("max_turns",), 1, "guide.max_turns: must leave a turn for each core topic and the closing question: 2"),
        (("topics",), {}, "guide.topics: must be a list"),
        (("topics",), [], "guide.topics: must have at least 1 of these, not 0"),
        (TOPIC, "price", "guide.topics[1]: must be an object"),
        ((*TOPIC, "key"), "Price!", "guide.topics[1].key: must be lower-case letters"),
        ((*TOPIC, "key"), "start", "guide.topics: the key 'start' stands 2 times"),
        ((*TOPIC, "key"), CLOSING, "guide.topics: the key 'closing' stands 2 times"),
        ((*TOPIC, "core"), 1, "guide.topics[1].core: must be true or false"),
        ((*TOPIC, "keywords"), "price", "guide.topics[1].keywords: must be a list"),
        ((*TOPIC, "keywords", 1), "VS", "guide.topics[1].keywords[1]: must be lower-case text"),
        ((*TOPIC, "keywords", 1), "", "guide.topics[1].keywords[1]: must be lower-case text"),
        ((*TOPIC, "keywords", 1), 7, "guide.topics[1].keywords[1]: must be lower-case text"),
        ((*TOPIC, "keywords", 1), "price", "guide.topics[1].keywords: the keyword 'price' stands 2 times"),
        ((*TOPIC, "question"), "Tell me about price.", "guide.topics[1].question: must have exactly one question mark"),
        ((*TOPIC, "question"), "What? Why?", "guide.topics[1].question: must have exactly one question mark"),
        ((*TOPIC, "question"), "what " * 45 + "then?", "guide.topics[1].question: must have at most 45 words"),
        ((*TOPIC, "question"), "What of {name}?", "guide.topics[1].question: must hold no braces but those of"),
        ((*TOPIC, "question"), "What SET off your search?", "guide: the wording 'what set off your search?' stands 2"),
        ((*TOPIC, "probes"), [], "guide.topics[1].probes: must have 4 of these, not 0"),
        (
            (*TOPIC, "probes"),
            [{"order": "instance", "text": "Why?"}],
            "guide.topics[1].probes: must have 4 of these, not 1",
        ),
        ((*PROBE, "order"), "comparison", 'guide.topics[1].probes[2].order: must be "reason"'),
        ((*PROBE, "text"), "Why", "guide.topics[1].probes[2].text: must have exactly one question mark"),
        ((*PROBE, "texts"), "Why?", "guide.topics[1].probes[2].texts: unknown; expected order, text"),
        ((*TOPIC, "probe"), [], "guide.topics[1].probe: unknown; expected key, title"),
        (("closing",), "What else?", "guide.closing: unknown; expected name, version"),
        (("closing_question",), "What did I miss", "guide.closing_question: must have exactly one question mark"),
    ],
)
def test_a_wrong_value_is_named_by_its_path(
    guide_data: dict[str, Any], path: Path, value: object, complaint: str
) -> None:
    with pytest.raises(GuideError) as refused:
        Guide.from_data(put(guide_data, path, value))
    assert str(refused.value).startswith(complaint)


@pytest.mark.parametrize(
    "path",
    [
        *[(name,) for name in ("name", "version", "estimated_minutes", "max_turns", "purpose", "topics")],
        ("closing_question",),
        *[(*TOPIC, name) for name in ("key", "title", "core", "keywords", "question", "probes")],
        *[(*PROBE, name) for name in ("order", "text")],
    ],
)
def test_every_field_is_required(guide_data: dict[str, Any], path: Path) -> None:
    with pytest.raises(GuideError, match=rf"\.{path[-1]}: is missing$"):
        Guide.from_data(drop(guide_data, path))


@pytest.mark.parametrize("data", [None, [], "guide", 7])
def test_a_guide_is_an_object(data: object) -> None:
    with pytest.raises(GuideError, match=r"^guide: must be an object$"):
        Guide.from_data(data)


def test_a_question_of_45_words_is_allowed(guide_data: dict[str, Any]) -> None:
    question = "what " * 44 + "then?"
    assert Guide.from_data(put(guide_data, (*TOPIC, "question"), question)).topics[1].question == question


def test_the_vendor_stands_wherever_the_placeholder_stood(guide_data: dict[str, Any]) -> None:
    retitled = put(guide_data, (*TOPIC, "title"), "What {vendor} cost")
    closed = put(retitled, ("closing_question",), "What of {vendor} did I not ask?")

    guide = Guide.from_data(closed).for_vendor("Acme {x}")

    price = guide.topic("price")
    assert guide.purpose == "This interview is about how you came to know Acme {x}."
    assert price.title == "What Acme {x} cost"
    assert price.question == "How did the price of Acme {x} come into it?"
    assert price.probes[0].text == "Which instance with Acme {x} comes to mind on price?"
    assert guide.topic(CLOSING).question == "What of Acme {x} did I not ask?"


def test_a_guide_knows_its_topics_by_key(guide_data: dict[str, Any]) -> None:
    guide = Guide.from_data(guide_data)

    assert guide.topic("price") is guide.topics[1]
    assert guide.topic(CLOSING) is guide.closing
    with pytest.raises(KeyError):
        guide.topic("weather")


@pytest.mark.parametrize(
    ("objective", "named"),
    [
        ("Why was the PRICE a blocker", True),
        ("Acme vs. Globex", True),
        ("Their priceless service", False),
        ("The cvs export", False),
        ("", False),
    ],
)
def test_a_topic_is_named_by_whole_words(guide_data: dict[str, Any], objective: str, named: bool) -> None:
    assert Guide.from_data(guide_data).topic("price").is_named_in(objective) is named


@pytest.mark.parametrize(
    ("objective", "keys"),
    [
        ("Focus on why pricing was a blocker vs. Competitor X", ["options", "pricing"]),
        ("Learn which decision-makers took part and how the security review went", ["process", "experience"]),
        ("Understand what the must-haves were and which features were missing", ["criteria", "vendor"]),
        ("Understand why we lost", []),
    ],
)
def test_an_objective_names_topics_of_the_default_guide(objective: str, keys: list[str]) -> None:
    guide = Guide.from_data(shipped_guide("win_loss_buyer"))
    assert [topic.key for topic in guide.topics if topic.is_named_in(objective)] == keys
