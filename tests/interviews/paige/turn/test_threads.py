"""What is worth asking about, in which order, and which follow-ups fit."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pytest

from interviews.lifecycle import Move, Speaker
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.answers.statements import Statement, StatementKind
from interviews.paige.guide.formats import in_current_format
from interviews.paige.guide.guide import FollowUpKind, Guide
from interviews.paige.objective.corrected_subjects import CorrectedSubjects
from interviews.paige.objective.steering import Picks
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.dialogue_state import DialogueState
from interviews.paige.turn.fitting import fitting
from interviews.paige.turn.threads import Thread, follow_ups, threads
from tests.interviews.old_guides import old_guide
from tests.interviews.paige.interviews import after, buyer_brief, conduct, paige

PRICE = "The price was too high."
LOSS = "We lost two customers in March."


def asked(brief: Brief, *turns: tuple[str, str], follow_up: int | None = None) -> DialogueState:
    """Each turn has a topic and an answer. The last question is a follow-up if an index is given."""
    said: list[Utterance] = []
    for number, (topic, answer) in enumerate(turns, start=1):
        index = follow_up if number == len(turns) else None
        move = Move.QUESTION if index is None else Move.FOLLOW_UP
        text = f"Question {number}?"
        said += [
            Utterance(Speaker.PAIGE, text, topic, move, index),
            Utterance(Speaker.CONTACT, answer, topic, Move.ANSWER),
        ]
    return DialogueState(brief.after(said))


def texts(found: Sequence[Thread]) -> list[str]:
    return [thread.statement.text for thread in found]


@pytest.mark.parametrize(("kind", "is_about_others"), [*product(StatementKind, (True, False))])
def test_a_view_is_not_asked_for_its_consequence_first(kind: StatementKind, is_about_others: bool) -> None:
    first, *_ = fitting(Statement("…", kind, is_about_others, frozenset()))
    is_view = kind in (StatementKind.JUDGEMENT, StatementKind.NEED)
    assert (FollowUpKind.CONSEQUENCE in first) is not is_view
    assert (FollowUpKind.REASON in first) is is_view


@pytest.mark.parametrize(
    ("kind", "is_about_others", "never"),
    [
        (StatementKind.EVENT, True, {FollowUpKind.REASON, FollowUpKind.INSTANCE}),
        (StatementKind.EVENT, False, {FollowUpKind.INSTANCE}),
        (StatementKind.FACT, False, {FollowUpKind.REASON}),
        (StatementKind.FACT, True, {FollowUpKind.REASON}),
    ],
)
def test_nobody_is_asked_what_they_cannot_know(
    kind: StatementKind, is_about_others: bool, never: set[FollowUpKind]
) -> None:
    found = fitting(Statement("…", kind, is_about_others, frozenset()))
    assert not never & frozenset().union(*found)


def test_what_an_answer_tells_already_is_not_asked() -> None:
    state = asked(buyer_brief(), ("trigger", "The price was too high because they charge by seat."))
    [thread] = threads(state)
    assert FollowUpKind.REASON not in frozenset().union(*thread.fitting)


def test_a_judgement_without_a_reason_comes_first_and_praise_last() -> None:
    answer = f"The search is excellent. We are 160 people. {LOSS} {PRICE}"
    assert texts(threads(asked(buyer_brief(), ("trigger", answer)))) == [
        *(PRICE, LOSS),
        *("We are 160 people.", "The search is excellent."),
    ]


def test_a_subject_of_the_objective_comes_before_all_else() -> None:
    answer = f"{PRICE} Our SSO is run by the parent company."
    brief = replace(buyer_brief(), corrected=CorrectedSubjects(("SSO",)))
    found = threads(asked(brief, ("trigger", answer)))
    assert texts(found)[0] == "Our SSO is run by the parent company."


def test_a_fragment_is_a_thread_only_if_the_answer_states_nothing_else_or_it_is_on_a_subject() -> None:
    answer = "The price list. It was only in the plan at three times the price."
    assert texts(threads(asked(buyer_brief(), ("vendor", answer)))) == [answer.partition(". ")[2]]
    assert texts(threads(asked(buyer_brief(), ("vendor", "The price list.")))) == ["The price list."]
    brief = replace(buyer_brief(), corrected=CorrectedSubjects(("the price list",)))
    assert "The price list." in texts(threads(asked(brief, ("vendor", answer))))
    assert len(threads(asked(buyer_brief(), ("pricing", "Too expensive. We had 30,000 for it.")))) == 2


def test_threads_of_earlier_answers_come_last_and_those_of_emphasized_topics_first() -> None:
    brief = replace(buyer_brief(), picks=Picks(emphasize=("pricing",)))
    turns = [("trigger", LOSS), ("pricing", PRICE), ("vendor", "The export was awful.")]
    assert texts(threads(asked(brief, *turns))) == ["The export was awful.", PRICE, LOSS]


@pytest.mark.parametrize(
    "answer",
    ["The trial was good. The best part was the reference call.", "The export was slow. The worst was the import."],
)
def test_what_the_contact_calls_the_best_or_worst_comes_first(answer: str) -> None:
    assert texts(threads(asked(buyer_brief(), ("experience", answer)))) == answer.replace(". ", ".\n").split("\n")[::-1]


def test_an_earlier_answer_is_only_taken_up_with_a_quote() -> None:
    state = asked(buyer_brief(), ("trigger", LOSS), ("vendor", "The export was awful."))
    earlier = threads(state)[-1]
    found = [earlier.topic.follow_ups[index] for index in follow_ups(state, earlier)]
    assert found
    assert all(follow_up.takes_quote for follow_up in found)


def test_what_was_pursued_is_a_thread_only_of_an_emphasized_topic() -> None:
    turns = [("trigger", LOSS), ("trigger", "The owners noticed it.")]
    assert texts(threads(asked(buyer_brief(), *turns, follow_up=5))) == ["The owners noticed it."]
    brief = replace(buyer_brief(), picks=Picks(emphasize=("trigger",)))
    [second, first] = threads(asked(brief, *turns, follow_up=5))
    assert texts([second, first]) == ["The owners noticed it.", LOSS]
    assert first.asked == {FollowUpKind.CONSEQUENCE}


@pytest.mark.parametrize("answer", ["Nothing to add.", "I don't know.", "Fair question."])
def test_a_topic_rests_after_a_follow_up_in_vain(answer: str) -> None:
    brief = replace(buyer_brief(), picks=Picks(emphasize=("trigger",)))
    state = asked(brief, ("trigger", f"{PRICE} {LOSS}"), ("trigger", answer), follow_up=9)
    assert threads(state) == []
    later = asked(brief, *[("trigger", PRICE), ("trigger", answer), ("process", LOSS)])
    assert texts(threads(later)) == [LOSS, PRICE]


def test_the_rules_return_to_an_earlier_answer_once_no_topic_is_left() -> None:
    answers = iter([f"{LOSS} The old tool was too slow.", "Nothing to add."])
    said = conduct(buyer_brief(), lambda _: next(answers, "No idea."))
    returned = [turn.text for turn in paige(said) if turn.topic == "trigger"][2:]
    assert len(returned) == 1
    assert returned[0].startswith("One more point from before.")
    assert paige(said)[-2].text == returned[0]


def test_a_guide_with_the_four_old_kinds_still_has_follow_ups() -> None:
    guide = Guide.from_data(in_current_format(old_guide())).for_vendor("Acme")
    state = DialogueState(after(replace(buyer_brief(), guide=guide), LOSS))
    [thread] = threads(state)
    kinds = [thread.topic.follow_ups[index].kind for index in follow_ups(state, thread)]
    assert kinds[0] is FollowUpKind.CONSEQUENCE


@pytest.mark.parametrize(
    ("guide", "denial", "answer", "kind"),
    [
        ("win_loss_buyer", "There were no other offers.", "The large plan was absurd.", FollowUpKind.COMPARISON),
        ("win_loss_buyer", "Acme, and doing nothing.", "The large plan was absurd.", FollowUpKind.COMPARISON),
        ("win_loss_buyer", "I decided it alone.", "The large plan was absurd.", FollowUpKind.PEOPLE),
        ("win_loss_buyer_de", "Es gab keine anderen Angebote.", "Der große Plan war absurd.", FollowUpKind.COMPARISON),
        ("win_loss_buyer_de", "Acme oder gar nichts.", "Der große Plan war absurd.", FollowUpKind.COMPARISON),
        ("win_loss_buyer_de", "Das habe ich allein entschieden.", "Der große Plan war absurd.", FollowUpKind.PEOPLE),
        ("win_loss_buyer_de", "Da gab's keinen Prozess.", "Der große Plan war absurd.", FollowUpKind.PEOPLE),
    ],
)
def test_no_follow_up_assumes_what_the_contact_said_there_was_not(
    guide: str, denial: str, answer: str, kind: FollowUpKind
) -> None:
    def kinds(*turns: tuple[str, str]) -> set[FollowUpKind]:
        state = asked(buyer_brief(guide=guide), *turns)
        [thread] = [thread for thread in threads(state) if thread.is_last]
        return {thread.topic.follow_ups[i].kind for i in follow_ups(state, thread)}

    assert kind in kinds(("pricing", answer))
    assert kinds(("options", denial), ("pricing", answer)) == kinds(("pricing", answer)) - {kind}


def test_what_a_follow_up_has_brought_out_is_pursued_once() -> None:
    answers = [LOSS, "They went to Globex.", "Globex hired two of our people.", "No idea."]
    said = paige(conduct(buyer_brief(), answers))
    assert [turn.topic for turn in said[:4]] == ["trigger", "trigger", "trigger", "process"]
    assert said[2].text == "What happened then?"


@pytest.mark.parametrize(
    ("topic", "answer", "kind"),
    [
        ("options", "We looked at Globex and Initech.", FollowUpKind.COMPARISON),
        ("process", "We signed with Globex in March.", FollowUpKind.PEOPLE),
        ("criteria", "Our auditors had asked for a seal.", FollowUpKind.REASON),
        ("experience", "The calls were a mess.", FollowUpKind.INSTANCE),
    ],
)
def test_what_the_guide_asks_first_on_a_topic_comes_first_except_on_a_complaint(
    topic: str, answer: str, kind: FollowUpKind
) -> None:
    state = asked(buyer_brief(), (topic, answer))
    [thread] = threads(state)
    first, *_ = follow_ups(state, thread)
    assert thread.topic.follow_ups[first].kind == kind


def test_what_may_be_small_talk_comes_last() -> None:
    state = asked(buyer_brief(), ("trigger", "We moved 40 people to Leeds. Accountants, eh, we're a thrilling bunch."))
    assert [thread.statement.is_doubtful for thread in threads(state)] == [False, True]


def test_all_that_was_told_is_not_quoted_twice_in_a_row() -> None:
    texts = [turn.text for turn in paige(conduct(buyer_brief(), [LOSS, "They went to Globex.", "No idea."]))[1:3]]
    assert [LOSS.rstrip(".") in texts[0], "They went to Globex" in texts[1]] == [True, False]


def test_an_event_without_a_quote_is_not_pursued_among_others() -> None:
    said = paige(conduct(buyer_brief(), ["They left us in March. They took their data along.", "No idea."]))
    assert [turn.topic for turn in said[:2]] == ["trigger", "process"]


def test_the_rules_pursue_what_a_follow_up_has_brought_out_only_where_the_topic_leads_with_what_came_next() -> None:
    brief = replace(buyer_brief(), picks=Picks(emphasize=("vendor",)))
    said = paige(conduct(brief, ["No idea.", "Their report was useless.", "It crashed in March.", "No idea."]))
    assert [turn.topic for turn in said[:4]] == ["trigger", "vendor", "vendor", "process"]


def test_what_a_follow_up_has_brought_out_is_not_pursued_in_a_language_without_weights() -> None:
    answers = ["Nous avons perdu un client en mars.", "Le standard avait vingt ans et deux lignes.", "Je ne sais pas."]
    said = paige(conduct(buyer_brief(), answers))
    assert [turn.topic for turn in said[:3]] == ["trigger", "trigger", "process"]


def test_what_a_follow_up_has_brought_out_does_not_take_the_turn_of_a_topic() -> None:
    brief = replace(buyer_brief(), picks=Picks(emphasize=("trigger",)))
    brief = replace(brief, guide=replace(brief.guide, max_turns=len(brief.guide.topics) + 2))
    said = paige(conduct(brief, [LOSS, "They went to Globex.", "No idea."]))
    assert [turn.topic for turn in said[:3]] == ["trigger", "trigger", "process"]
    assert {turn.topic for turn in said} >= {topic.key for topic in brief.guide.topics}
