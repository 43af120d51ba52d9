"""The rules by which scripted buyers answer, and their sheets."""

import pytest

from interviews.lifecycle import Move, Speaker
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.guide.guide import Guide, shipped_guide
from tests.quality.buyer_interviews import by_form, by_paige
from tests.quality.buyers import HELD_BACK, TUNING, Aspect, Buyer, Fact, buyers
from tests.quality.facts import Answer, Question, answer, exceptions, question_in

BUYERS = [*buyers(TUNING), *buyers(HELD_BACK)]

T1 = Fact("T1", 1, "trigger", "The old tool was slow.")
T2 = Fact("T2", 1, "trigger", "Our auditor complained.")
T3 = Fact("T3", 1, "trigger", "And the contract ended.")
WHY = Fact("WHY", 2, "trigger", "It ran in a cellar.", "T1", frozenset({Aspect.REASON}))
WHY_TOO = Fact("WHY_TOO", 2, "trigger", "Nobody had updated it.", "T1", frozenset({Aspect.REASON, Aspect.NOW}))
WHY_ALSO = Fact("WHY_ALSO", 2, "trigger", "The disk was full.", "T1", frozenset({Aspect.REASON}))
DEEPER = Fact("DEEPER", 3, "trigger", "The cellar was flooded in May.", "WHY", frozenset({Aspect.NEXT}))
DEEPER_TOO = Fact("DEEPER_TOO", 3, "trigger", "We moved it to the attic.", "WHY", frozenset({Aspect.NEXT}))
BUYER = Buyer(
    name="jo",
    contact="Jo",
    outcome="lost",
    style="terse",
    nothing=["No.", "Nothing."],
    asides=["Well.", "You know.", "As I said,"],
    facts=[T1, T2, T3, WHY, WHY_TOO, WHY_ALSO, DEEPER, DEEPER_TOO],
)
TOPIC = Question("trigger")


def told(*facts: Fact) -> Answer:
    return Answer(" ".join(fact.text for fact in facts), facts)


def follow_up(*aspects: Aspect, quotes: tuple[str, ...] = ()) -> Question:
    return Question("trigger", frozenset(aspects), quotes)


def test_questions_on_a_topic_bring_out_two_facts_of_level_1_each() -> None:
    first = answer(BUYER, [], TOPIC)
    second = answer(BUYER, [first], TOPIC)
    assert (first.facts, second.facts) == ((T1, T2), (T3,))
    assert answer(BUYER, [first, second], TOPIC).facts == ()
    assert answer(BUYER, [], Question("pricing")).facts == ()


def test_answers_without_a_fact_take_turns() -> None:
    answers = list[Answer]()
    for _ in range(3):
        answers.append(answer(BUYER, answers, Question("pricing")))
    assert [each.text for each in answers] == ["No.", "Nothing.", "No."]


def test_a_follow_up_brings_out_two_facts_below_those_of_the_last_answer() -> None:
    assert answer(BUYER, [told(T1, T2)], follow_up(Aspect.REASON)).facts == (WHY, WHY_TOO)
    assert answer(BUYER, [told(T1), told(T2)], follow_up(Aspect.REASON)).facts == ()


def test_a_fact_is_told_only_if_the_follow_up_asks_for_it() -> None:
    assert answer(BUYER, [told(T1)], follow_up(Aspect.CONSEQUENCE, Aspect.NOW)).facts == (WHY_TOO,)
    assert answer(BUYER, [told(T1)], follow_up(Aspect.CONSEQUENCE)).facts == ()


def test_a_fact_of_level_3_needs_a_follow_up_about_its_parent_alone() -> None:
    assert answer(BUYER, [told(T1), told(WHY)], follow_up(Aspect.NEXT)).facts == (DEEPER,)
    assert answer(BUYER, [told(T1), told(WHY, WHY_TOO)], follow_up(Aspect.NEXT)).facts == ()
    quoting = follow_up(Aspect.NEXT, quotes=("It ran in a cellar",))
    assert answer(BUYER, [told(T1), told(WHY, WHY_TOO)], quoting).facts == (DEEPER,)


def test_a_quote_takes_up_the_fact_that_it_is_from() -> None:
    earlier = follow_up(Aspect.REASON, quotes=("the old tool was slow",))
    assert answer(BUYER, [told(T1), told(T2)], earlier).facts == (WHY, WHY_TOO)
    assert answer(BUYER, [told(T1, T2)], follow_up(Aspect.REASON, quotes=("Our auditor",))).facts == ()


def test_a_quote_of_small_talk_takes_up_nothing() -> None:
    said = Answer("You know. The old tool was slow.", (T1,))
    assert answer(BUYER, [said], follow_up(Aspect.REASON, quotes=("You know",))).facts == ()


def test_a_quotation_that_is_not_the_buyers_is_no_quote() -> None:
    assert answer(BUYER, [told(T1)], follow_up(Aspect.REASON, quotes=("Finish",))).facts == (WHY, WHY_TOO)


def test_every_second_answer_with_facts_has_an_aside() -> None:
    said = [told(T2), told(T3), told(T2), told(T3)]
    assert answer(BUYER, [], TOPIC).text == "Well. The old tool was slow. Our auditor complained."
    assert answer(BUYER, said[:1], TOPIC).text == "The old tool was slow. And the contract ended."
    assert answer(BUYER, said[:2], TOPIC).text == "The old tool was slow. You know."
    assert answer(BUYER, said, TOPIC).text == "As I said, the old tool was slow."


@pytest.mark.parametrize(
    ("move", "index", "aspects"),
    [
        (Move.QUESTION, None, None),
        (Move.COVERED, None, None),
        (Move.FOLLOW_UP, 2, frozenset({Aspect.REASON})),
        (Move.REPHRASE, 2, frozenset({Aspect.REASON})),
    ],
)
def test_a_message_asks_what_its_kind_says(move: Move, index: int | None, aspects: frozenset[Aspect] | None) -> None:
    guide = Guide.from_data(shipped_guide("win_loss_buyer")).for_vendor("Acme")
    message = Utterance(Speaker.PAIGE, "You said “it was slow”. What led to that?", "trigger", move, index)
    assert question_in(message, guide) == Question("trigger", aspects, ("it was slow",))


def test_the_table_has_only_follow_ups_of_the_guides() -> None:
    guides = [Guide.from_data(shipped_guide(name)) for name in {buyer.guide for buyer in BUYERS}]
    follow_ups = {each.template for guide in guides for topic in guide.every_topic for each in topic.follow_ups}
    assert exceptions().keys() <= follow_ups


@pytest.mark.parametrize(
    "fact",
    [
        {"id": "T2", "level": 2, "parent": "T1"},
        {"id": "T2", "level": 3, "parent": "T1", "by": ["reason"]},
        {"id": "T2", "level": 2, "parent": "T9", "by": ["reason"]},
        {"id": "T2", "level": 1, "parent": "T1"},
        {"id": "T2", "level": 2, "parent": "T1", "by": ["mood"]},
        {"id": "T1", "level": 1},
    ],
)
def test_a_sheet_with_a_fact_that_no_question_brings_out_is_refused(fact: dict[str, object]) -> None:
    first = {"id": "T1", "level": 1, "topic": "trigger", "text": "It was slow."}
    script = {"contact": "Jo", "outcome": "lost", "style": "terse", "nothing": ["No."], "asides": ["Well."]}
    with pytest.raises(ValueError, match=r"T2|mood|same id"):
        Buyer.from_script("jo", {**script, "facts": [first, {**first, **fact}]})


@pytest.mark.parametrize("buyer", BUYERS, ids=lambda buyer: buyer.name)
def test_facts_are_about_topics_of_the_guide(buyer: Buyer) -> None:
    topics = {topic.key for topic in Guide.from_data(shipped_guide(buyer.guide)).every_topic}
    assert {fact.topic for fact in buyer.facts} <= topics
    assert sum(fact.objective for fact in buyer.facts) >= 5


@pytest.mark.slow
def test_paige_brings_out_more_than_a_form() -> None:
    told_to_paige = sum(len(by_paige(buyer).facts) for buyer in BUYERS)
    assert told_to_paige > sum(len(by_form(buyer).facts) for buyer in BUYERS)
