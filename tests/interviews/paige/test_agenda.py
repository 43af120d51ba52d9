"""The order of topics, the follow-ups and the limit of turns, in whole interviews."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviews.lifecycle import Speaker
from interviews.paige.agenda import next_position
from interviews.paige.brief import Brief
from interviews.paige.dialogue import Utterance
from interviews.paige.guide import CLOSING, Guide, shipped_guide

LONG = "We looked at this for a good while and it was a mixed picture, " * 3
SHORT = "It was slow."
DECLINED = [
    "",
    "I don't know.",
    "I dont know",
    "I don\N{RIGHT SINGLE QUOTATION MARK}t remember",
    "No idea!",
    "n/a",
    "I'd rather not say.",
]
REAL_ANSWERS = [
    "I don't know if you know our CFO, but she decided it alone.",
    "Not sure whether it was March or April, the board met then.",
    "No, we never had a trial.",
    "Nothing came close to the first one on price.",
    "Pass rates in the pilot.",
    "We had no idea what it would cost.",
]

Respondent = Callable[[str], str]


def buyer_brief(objective: str = "") -> Brief:
    guide = Guide.from_data(shipped_guide("win_loss_buyer")).for_vendor("Acme")
    return Brief(vendor="Acme", contact_name="", contact_notes="", objective=objective, guide=guide)


def conduct(brief: Brief, answer: Respondent) -> list[Utterance]:
    """Runs a whole interview with the guide's wordings."""
    said: list[Utterance] = []
    while following := brief.after(said):
        said.append(Utterance(Speaker.PAIGE, following.question, following.topic.key))
        said.append(Utterance(Speaker.CONTACT, answer(following.topic.key), following.topic.key))
        assert len(said) <= 200, "the interview does not end"
    return said


def topics_of(said: Sequence[Utterance]) -> list[str]:
    return [turn.topic for turn in said if turn.speaker is Speaker.PAIGE]


def test_long_answers_get_no_follow_ups() -> None:
    keys = [topic.key for topic in buyer_brief().guide.topics]
    assert topics_of(conduct(buyer_brief(), lambda _: LONG)) == [*keys, CLOSING]


def test_short_answers_are_followed_up_while_the_turns_suffice_for_every_topic() -> None:
    topics = topics_of(conduct(buyer_brief(), lambda _: SHORT))
    assert topics == [
        *("trigger", "trigger", "process", "process", "criteria", "criteria"),
        *("options", "vendor", "pricing", "experience", "decision", CLOSING),
    ]


def test_topics_in_the_objective_come_second_with_two_follow_ups() -> None:
    topics = topics_of(conduct(buyer_brief("Find out why PRICING was a blocker"), lambda _: LONG))
    assert topics[:5] == ["trigger", "pricing", "pricing", "pricing", "process"]
    assert topics[-1] == CLOSING


def test_keywords_match_whole_words_of_the_objective() -> None:
    assert topics_of(conduct(buyer_brief("The enterprise demonstration"), lambda _: LONG)).count("pricing") == 1


def test_follow_ups_are_asked_in_the_guides_order() -> None:
    said = conduct(buyer_brief("pricing"), lambda _: LONG)
    pricing = buyer_brief().guide.topic("pricing")
    assert [turn.text for turn in said if turn.topic == "pricing" and turn.speaker is Speaker.PAIGE] == [
        pricing.question,
        pricing.probes[0].text,
        pricing.probes[1].text,
    ]


@pytest.mark.parametrize("answer", DECLINED)
def test_declined_questions_are_not_followed_up(answer: str) -> None:
    topics = topics_of(conduct(buyer_brief("pricing"), lambda _: answer))
    assert len(topics) == len(set(topics)) == 9


@pytest.mark.parametrize("answer", REAL_ANSWERS)
def test_an_answer_that_begins_like_a_refusal_is_followed_up(answer: str) -> None:
    assert topics_of(conduct(buyer_brief("pricing"), lambda _: answer)).count("pricing") == 3


def test_an_objective_with_every_topic_does_not_displace_a_core_topic() -> None:
    everything = "problem, process, criteria, options, product, pricing, sales, outcome"
    topics = topics_of(conduct(buyer_brief(everything), lambda _: LONG))
    assert len(topics) == 12
    core = {topic.key for topic in buyer_brief().guide.every_topic if topic.core}
    assert core <= set(topics)


def test_a_changed_objective_applies_from_the_next_message(guide_data: dict[str, Any]) -> None:
    brief = buyer_brief()
    said = [Utterance(Speaker.PAIGE, "?", "trigger"), Utterance(Speaker.CONTACT, LONG, "trigger")]
    before, after = brief.after(said), replace(brief, objective="The security review").after(said)
    assert before is not None
    assert after is not None
    assert (before.topic.key, after.topic.key) == ("process", "experience")


@st.composite
def guides(draw: st.DrawFn) -> Guide:
    """The buyer guide with random core topics and a random valid limit of turns."""
    guide = Guide.from_data(shipped_guide("win_loss_buyer"))
    topics = tuple(replace(topic, core=draw(st.booleans())) for topic in guide.topics)
    needed = sum(topic.core for topic in topics) + 1
    return replace(guide, topics=topics, max_turns=draw(st.integers(needed, 20)))


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(
    guide=guides(), objective=st.sampled_from(["", "pricing", "process and sales", "problem outcome"]), data=st.data()
)
def test_any_answers_keep_the_limit_of_turns_and_every_core_topic(
    guide: Guide, objective: str, data: st.DataObject
) -> None:
    brief = Brief(vendor="", contact_name="", contact_notes="", objective=objective, guide=guide)
    said = conduct(brief, lambda _: data.draw(st.sampled_from([LONG, SHORT, *DECLINED])))
    topics, texts = topics_of(said), [turn.text for turn in said if turn.speaker is Speaker.PAIGE]

    assert len(texts) <= guide.max_turns
    assert len(set(texts)) == len(texts)
    assert {topic.key for topic in guide.every_topic if topic.core} <= set(topics)
    assert topics[-1] == CLOSING
    for topic in guide.topics:
        assert topics.count(topic.key) <= (3 if topic.is_named_in(objective) else 2)


def test_nothing_follows_the_closing_question(brief: Brief) -> None:
    said = [Utterance(Speaker.PAIGE, "What did I not ask?", CLOSING), Utterance(Speaker.CONTACT, LONG, CLOSING)]
    assert next_position(brief.guide, "", said) is None
