"""Which message comes next: the order of topics, the follow-ups, the budget, in interviews played to their end."""

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
INNOCENT = [
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


def play(brief: Brief, answer: Respondent) -> list[Utterance]:
    """The whole interview, in the guide's words."""
    said: list[Utterance] = []
    while following := brief.after(said):
        said.append(Utterance(Speaker.PAIGE, following.question, following.topic.key))
        said.append(Utterance(Speaker.CONTACT, answer(following.topic.key), following.topic.key))
        assert len(said) <= 200, "the interview does not end"
    return said


def topics_of(said: Sequence[Utterance]) -> list[str]:
    return [turn.topic for turn in said if turn.speaker is Speaker.PAIGE]


def test_long_answers_are_asked_each_topic_once_in_the_guides_order() -> None:
    keys = [topic.key for topic in buyer_brief().guide.topics]
    assert topics_of(play(buyer_brief(), lambda _: LONG)) == [*keys, CLOSING]


def test_short_answers_are_followed_up_while_every_topic_still_fits_the_budget() -> None:
    topics = topics_of(play(buyer_brief(), lambda _: SHORT))
    assert topics == [
        *("trigger", "trigger", "process", "process", "criteria", "criteria"),
        *("options", "vendor", "pricing", "experience", "decision", CLOSING),
    ]


def test_the_objective_moves_its_topics_up_and_has_them_followed_up_twice() -> None:
    topics = topics_of(play(buyer_brief("Find out why PRICING was a blocker"), lambda _: LONG))
    assert topics[:5] == ["trigger", "pricing", "pricing", "pricing", "process"]
    assert topics[-1] == CLOSING


def test_the_objectives_words_count_as_whole_words() -> None:
    assert topics_of(play(buyer_brief("The enterprise demonstration"), lambda _: LONG)).count("pricing") == 1


def test_follow_ups_come_in_the_order_of_the_guide() -> None:
    said = play(buyer_brief("pricing"), lambda _: LONG)
    pricing = buyer_brief().guide.topic("pricing")
    assert [turn.text for turn in said if turn.topic == "pricing" and turn.speaker is Speaker.PAIGE] == [
        pricing.question,
        pricing.probes[0].text,
        pricing.probes[1].text,
    ]


@pytest.mark.parametrize("answer", DECLINED)
def test_a_skip_and_a_dont_know_are_not_pressed(answer: str) -> None:
    topics = topics_of(play(buyer_brief("pricing"), lambda _: answer))
    assert len(topics) == len(set(topics)) == 9


@pytest.mark.parametrize("answer", INNOCENT)
def test_a_sentence_that_only_begins_like_one_is_an_answer(answer: str) -> None:
    assert topics_of(play(buyer_brief("pricing"), lambda _: answer)).count("pricing") == 3


def test_an_objective_that_names_every_topic_does_not_cost_a_core_topic() -> None:
    everything = "problem, process, criteria, options, product, pricing, sales, outcome"
    topics = topics_of(play(buyer_brief(everything), lambda _: LONG))
    assert len(topics) == 12
    core = {topic.key for topic in buyer_brief().guide.every_topic if topic.core}
    assert core <= set(topics)


def test_a_patched_objective_counts_from_the_next_message(guide_data: dict[str, Any]) -> None:
    brief = buyer_brief()
    said = [Utterance(Speaker.PAIGE, "?", "trigger"), Utterance(Speaker.CONTACT, LONG, "trigger")]
    before, after = brief.after(said), replace(brief, objective="The security review").after(said)
    assert before is not None
    assert after is not None
    assert (before.topic.key, after.topic.key) == ("process", "experience")


@st.composite
def guides(draw: st.DrawFn) -> Guide:
    """The buyer guide with other core topics and another budget, as small as it may be."""
    guide = Guide.from_data(shipped_guide("win_loss_buyer"))
    topics = tuple(replace(topic, core=draw(st.booleans())) for topic in guide.topics)
    needed = sum(topic.core for topic in topics) + 1
    return replace(guide, topics=topics, max_turns=draw(st.integers(needed, 20)))


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(
    guide=guides(), objective=st.sampled_from(["", "pricing", "process and sales", "problem outcome"]), data=st.data()
)
def test_whatever_is_answered_the_budget_holds_and_every_core_topic_is_asked(
    guide: Guide, objective: str, data: st.DataObject
) -> None:
    brief = Brief(vendor="", contact_name="", contact_notes="", objective=objective, guide=guide)
    said = play(brief, lambda _: data.draw(st.sampled_from([LONG, SHORT, *DECLINED])))
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
