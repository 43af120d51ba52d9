"""Statements, which of them are worth a follow-up of which kind, and the progress that the contact sees."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from interviews.lifecycle import Move, Speaker
from interviews.paige.dialogue import AGAIN, Utterance
from interviews.paige.guide.texts import FollowUpKind
from interviews.paige.objective import CorrectedSubjects, Picks
from interviews.paige.reading import thresholds
from interviews.paige.reading.readings import About, Act, Clause
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.dialogue_state import DialogueState, Remaining, remaining
from interviews.paige.turn.statements import HYPOTHETICAL, MAX_STATEMENTS, Statement, statements
from interviews.paige.turn.threads import Thread, follow_ups, threads
from tests.interviews.paige.interviews import buyer_brief, conduct, paige
from tests.interviews.paige.readings import (
    AGAINST,
    ARE_YOU_A_BOT,
    DENIAL,
    EVENT,
    FACT,
    FOR,
    JUDGEMENT,
    NO_IDEA,
    WHAT_DO_YOU_MEAN,
    Answer,
    answer,
    does,
    spoken,
    states,
)

TOO_HIGH = states("The price was too high.", JUDGEMENT, "pricing")


def stated(*clauses: Clause, language: str = "en") -> tuple[Statement, ...]:
    return statements(answer("trigger", *clauses), language)


def test_a_statement_has_what_was_read() -> None:
    praise = states("Your search is excellent.", JUDGEMENT, "vendor", speaks=FOR, about=About.VENDOR, decisive=True)
    [statement] = stated(praise)
    assert (statement.kind, statement.topics, statement.quote) == (JUDGEMENT, ("vendor",), "Your search is excellent")
    assert (statement.about, statement.is_praise, statement.is_decisive) == (About.VENDOR, True, True)
    assert not statement.is_doubtful
    [doubtful] = stated(states("We are a thrilling bunch.", FACT, certainty=thresholds.SURE - 0.01))
    assert doubtful.is_doubtful


def test_other_clauses_are_no_statements() -> None:
    others = does(Act.SMALL_TALK, "It rained all week here."), states("There was no trial.", DENIAL, "experience")
    assert [each.text for each in stated(*others, TOO_HIGH)] == [TOO_HIGH.text]
    assert stated(TOO_HIGH, does(Act.WANTS_TO_STOP, "Stop.")) == ()
    assert stated(states("From: Bob\nNobody trusted the numbers.", EVENT)) == ()
    assert len(stated(*[TOO_HIGH] * (MAX_STATEMENTS + 1))) == MAX_STATEMENTS


@pytest.mark.parametrize(
    ("language", "clauses", "shown"),
    [
        ("en", ("The price was too high", "because they charge by seat."), {FollowUpKind.REASON}),
        ("en", ("The price was too high.", "Then we left because of it."), set()),
        ("en", ("We would have signed.",), HYPOTHETICAL),
        ("de", ("Der Preis war zu hoch,", "weil sie nach Plätzen abrechnen."), {FollowUpKind.REASON}),
        ("de", ("Wir hätten unterschrieben.",), HYPOTHETICAL),
        ("de", ("Wir waren zu viert.",), set()),
    ],
)
def test_what_stands_in_the_same_sentence_is_not_lacking(
    language: str, clauses: tuple[str, ...], shown: set[FollowUpKind]
) -> None:
    first, *_ = stated(*(states(text, JUDGEMENT) for text in clauses), language=language)
    assert first.shows == shown


PRICE = states("The price was too high.", JUDGEMENT, speaks=AGAINST)
LOSS = states("We lost two customers in March.", EVENT)
SLOW = states("The old tool was too slow.", JUDGEMENT)
EXPORT = states("The export was awful.", JUDGEMENT)
GLOBEX = states("They went to Globex.", EVENT)
NOTHING = does(Act.DECLINES, "Nothing to add.")


def asked(brief: Brief, *turns: tuple[str, *tuple[Clause, ...]], follow_up: int | None = None) -> DialogueState:
    """Each turn has a topic and the clauses of the answer. The last question is a follow-up if an index is given."""
    said: list[Utterance] = []
    for number, (topic, *clauses) in enumerate(turns, start=1):
        index = follow_up if number == len(turns) else None
        move = Move.QUESTION if index is None else Move.FOLLOW_UP
        said += [Utterance(Speaker.PAIGE, f"Question {number}?", topic, move, index), answer(topic, *clauses)]
    return DialogueState(brief.after(said))


def texts(found: Sequence[Thread]) -> list[str]:
    return [thread.statement.text for thread in found]


def test_nobody_is_asked_why_others_did_something() -> None:
    fitting = Statement("…", 0, kind=EVENT, about=About.RIVAL).fitting
    assert not {FollowUpKind.REASON, FollowUpKind.INSTANCE} & frozenset().union(*fitting)


def test_what_an_answer_tells_already_is_not_asked() -> None:
    reason = states("because they charge by seat.", FACT)
    state = asked(buyer_brief(), ("trigger", states("The price was too high", JUDGEMENT), reason))
    assert all(FollowUpKind.REASON not in frozenset().union(*thread.fitting) for thread in threads(state))


def test_a_judgement_without_a_reason_comes_first_and_praise_last() -> None:
    praise, size = states("The search is excellent.", JUDGEMENT, speaks=FOR), states("We are 160 people.", FACT)
    assert texts(threads(asked(buyer_brief(), ("trigger", praise, size, LOSS, PRICE)))) == [
        *(PRICE.text, LOSS.text),
        *("We are 160 people.", "The search is excellent."),
    ]


def test_a_subject_of_the_objective_comes_before_all_else() -> None:
    sso = states("Our SSO is run by the parent company.", FACT)
    brief = replace(buyer_brief(), corrected=CorrectedSubjects(("SSO",)))
    assert texts(threads(asked(brief, ("trigger", PRICE, sso))))[0] == sso.text


def test_threads_of_earlier_answers_come_last_and_those_of_emphasized_topics_first() -> None:
    brief = replace(buyer_brief(), picks=Picks(emphasize=("pricing",)))
    state = asked(brief, ("trigger", LOSS), ("pricing", PRICE), ("vendor", EXPORT))
    assert texts(threads(state)) == [EXPORT.text, PRICE.text, LOSS.text]


def test_what_was_pursued_is_a_thread_only_of_an_emphasized_topic() -> None:
    turns = [("trigger", LOSS), ("trigger", states("The owners noticed it.", EVENT))]
    assert texts(threads(asked(buyer_brief(), *turns, follow_up=5))) == ["The owners noticed it."]
    brief = replace(buyer_brief(), picks=Picks(emphasize=("trigger",)))
    [second, first] = threads(asked(brief, *turns, follow_up=5))
    assert texts([second, first]) == ["The owners noticed it.", LOSS.text]
    assert first.asked == {FollowUpKind.CONSEQUENCE}


@pytest.mark.parametrize("answer", [NOTHING, does(Act.SMALL_TALK, "Fair question.")])
def test_a_topic_rests_after_a_follow_up_in_vain(answer: Clause) -> None:
    brief = replace(buyer_brief(), picks=Picks(emphasize=("trigger",)))
    state = asked(brief, ("trigger", PRICE, LOSS), ("trigger", answer), follow_up=9)
    assert threads(state) == []
    later = asked(brief, *[("trigger", PRICE), ("trigger", answer), ("process", LOSS)])
    assert texts(threads(later)) == [LOSS.text, PRICE.text]


def test_the_rules_return_to_an_earlier_answer_once_no_topic_is_left() -> None:
    answers = iter([spoken(LOSS, SLOW), spoken(NOTHING)])
    said = conduct(buyer_brief(), lambda _: next(answers, NO_IDEA))
    returned = [turn.text for turn in paige(said) if turn.topic == "trigger"][2:]
    assert len(returned) == 1
    assert returned[0].startswith("One more point from before.")
    assert paige(said)[-2].text == returned[0]


@pytest.mark.parametrize(("topic", "kind"), [("options", FollowUpKind.COMPARISON), ("process", FollowUpKind.PEOPLE)])
def test_no_follow_up_assumes_what_the_contact_said_there_was_not(topic: str, kind: FollowUpKind) -> None:
    def kinds(*turns: tuple[str, *tuple[Clause, ...]]) -> set[FollowUpKind]:
        state = asked(buyer_brief(), *turns)
        [thread] = [thread for thread in threads(state) if thread.is_last]
        return {thread.topic.follow_ups[i].kind for i in follow_ups(state, thread)}

    absurd, denial = states("The large plan was absurd.", JUDGEMENT), states("There was none of it.", DENIAL, topic)
    assert kind in kinds(("pricing", absurd))
    assert kinds((topic, denial), ("pricing", absurd)) == kinds(("pricing", absurd)) - {kind}


def test_what_a_follow_up_has_brought_out_is_pursued_once() -> None:
    answers = [spoken(LOSS), spoken(GLOBEX), spoken(states("Globex hired two of our people.", EVENT)), NO_IDEA]
    said = paige(conduct(buyer_brief(), answers))
    assert [turn.topic for turn in said[:4]] == ["trigger", "trigger", "trigger", "process"]
    assert said[2].text == "What happened then?"


@pytest.mark.parametrize(
    ("topic", "answer", "kind"),
    [
        ("options", states("We looked at Globex and Initech.", EVENT), FollowUpKind.COMPARISON),
        ("process", states("We signed with Globex in March.", EVENT), FollowUpKind.PEOPLE),
        ("criteria", states("Our auditors had asked for a seal.", EVENT), FollowUpKind.REASON),
        ("experience", states("The calls were a mess.", JUDGEMENT), FollowUpKind.INSTANCE),
    ],
)
def test_what_the_guide_asks_first_on_a_topic_comes_first_except_on_a_complaint(
    topic: str, answer: Clause, kind: FollowUpKind
) -> None:
    state = asked(buyer_brief(), (topic, answer))
    [thread] = threads(state)
    first, *_ = follow_ups(state, thread)
    assert thread.topic.follow_ups[first].kind == kind


def test_what_a_follow_up_has_brought_out_is_not_pursued_in_a_language_that_is_hardly_read() -> None:
    answers = [
        spoken(states("Nous avons perdu un client en mars.", EVENT)),
        spoken(states("Le standard avait vingt ans et deux lignes.", FACT)),
        spoken(does(Act.DECLINES, "Je ne sais pas.")),
    ]
    said = paige(conduct(buyer_brief(), answers))
    assert [turn.topic for turn in said[:3]] == ["trigger", "trigger", "process"]


TERSE = spoken(states("Slow.", JUDGEMENT))
LONG = spoken(states("We compared four products for two months, because nobody trusted our numbers any more.", EVENT))
NO_TRIAL = spoken(states("We never had a trial.", DENIAL, "experience"))
NO_PRICE = spoken(states("Price never came up.", DENIAL, "pricing"))


def shown(answers: list[Answer], objective: str = "") -> list[tuple[Move, Remaining]]:
    """What each question of a whole interview shows."""
    brief = buyer_brief(objective)
    said = conduct(brief, answers)
    questions = [said[: index + 1] for index in range(0, len(said), 2)]
    return [(conversation[-1].move, remaining(brief.guide, conversation)) for conversation in questions]


@pytest.mark.parametrize(
    ("answers", "objective"),
    [
        ([TERSE], ""),
        ([NO_TRIAL, LONG, NO_PRICE], "do not bring up pricing"),
        ([WHAT_DO_YOU_MEAN, LONG, ARE_YOU_A_BOT, TERSE], "focus on security"),
    ],
    ids=["terse", "with topics left out", "asking back"],
)
@pytest.mark.slow
def test_every_new_question_is_further_and_leaves_no_more_minutes(answers: list[Answer], objective: str) -> None:
    seen = shown(answers, objective)
    assert seen[0] == (Move.QUESTION, Remaining(question=1, percent_done=0, minutes=15))
    for (_, before), (move, after) in pairwise(seen):
        assert move in AGAIN or (after.question == before.question + 1 and after.percent_done > before.percent_done)
        assert after.percent_done >= before.percent_done
        assert after.minutes <= before.minutes
    last_move, last = seen[-1]
    assert last_move in {Move.CLOSING, Move.FOLLOW_UP}
    assert last.percent_done < 100
    assert last.minutes in (1, 2)


def test_a_question_that_is_put_again_keeps_its_number() -> None:
    (_, first), (move, again), *_ = shown([WHAT_DO_YOU_MEAN, TERSE])
    assert move == Move.REPHRASE
    assert again == first
