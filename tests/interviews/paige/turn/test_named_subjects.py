"""Paige names a subject of the objective only if it is allowed, and only once."""

from dataclasses import replace

import pytest

from interviews.lifecycle import Engine, Move
from interviews.paige.engines import RulesEngine
from interviews.paige.model.prompt import messages_for
from interviews.paige.objective import CorrectedSubjects, Picks
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.compose import Choice, compose, next_message
from interviews.paige.turn.moves import NextMove, moves
from tests.interviews.paige.interviews import buyer_brief, conduct, paige
from tests.interviews.paige.readings import (
    EVENT,
    GO_ON,
    HOW_LONG,
    JUDGEMENT,
    STOP,
    WHAT_DO_YOU_MEAN,
    WHY_DO_YOU_ASK,
    Answer,
    answer,
    spoken,
    states,
)

pytestmark = pytest.mark.usefixtures("plain_objectives")

OBJECTIVE = 'Ask about experience: "security review"'
QUESTION = "There is one thing that you have not mentioned: security review. What part, if any, did it play?"
VAGUE = spoken(states("It went well, and nobody here had any complaints about that part of it at all.", JUDGEMENT))


def allowed(objective: str = OBJECTIVE, guide: str = "win_loss_buyer") -> Brief:
    return replace(buyer_brief(objective, guide=guide), names_subjects=True)


def named(brief: Brief, *answers: Answer) -> list[str]:
    return [turn.text for turn in paige(conduct(brief, answers or (VAGUE,))) if "security review." in turn.text]


def test_a_subject_is_named_once_after_its_topic_was_asked() -> None:
    said = conduct(allowed(), [VAGUE])
    [number] = [number for number, turn in enumerate(said) if QUESTION in turn.text]
    assert (said[number].move, said[number].topic) == (Move.COVERED, "experience")
    assert any(turn.topic == "experience" and turn.move == Move.QUESTION for turn in said[:number])
    assert len([turn for turn in paige(said) if turn.topic != "closing"]) < allowed().guide.max_turns
    assert paige(said)[-1].topic == "closing"


def test_without_permission_nothing_is_named() -> None:
    assert named(buyer_brief(OBJECTIVE)) == []


def test_staff_allow_a_single_subject() -> None:
    corrected = CorrectedSubjects(("security review", "CFO"), ("security review",))
    brief = replace(buyer_brief(OBJECTIVE), corrected=corrected)
    assert named(brief) == [QUESTION]
    assert not any("CFO" in turn.text for turn in paige(conduct(brief, [VAGUE])))


def test_what_the_notes_mention_is_not_named() -> None:
    silent = replace(allowed(), contact_notes="Do not mention the security reviews.")
    assert (silent.subjects, silent.nameable, named(silent)) == (("security review",), (), [])
    by_staff = CorrectedSubjects(("security review", "CFO"), ("security review", "CFO"))
    assert replace(silent, names_subjects=False, corrected=by_staff).nameable == ("CFO",)


def test_what_the_contact_has_mentioned_is_not_named() -> None:
    assert named(allowed(), spoken(states("Your security reviews took three months.", EVENT)), VAGUE) == []


def test_a_subject_of_an_avoided_topic_is_not_named() -> None:
    assert named(replace(allowed(), picks=Picks(avoid=("experience",)))) == []


@pytest.mark.parametrize(
    ("replies", "move"),
    [
        ([WHAT_DO_YOU_MEAN], Move.REPHRASE),
        ([WHY_DO_YOU_ASK], Move.REPHRASE),
        ([HOW_LONG], Move.REPEAT),
        ([STOP, GO_ON], Move.REPEAT),
    ],
)
def test_a_question_that_is_put_again_names_the_subject_again(replies: list[Answer], move: Move) -> None:
    said = conduct(allowed(), [VAGUE])
    [number] = [number for number, turn in enumerate(said) if QUESTION in turn.text]
    brief, again = allowed().after(said[: number + 1]), []
    for reply in replies:
        brief = brief.after([*brief.conversation, answer(said[number].topic, *reply.reading.clauses)])
        again = [message.utterance for message in [next_message(brief, RulesEngine())] if message]
        brief = brief.after([*brief.conversation, *again])
    assert [turn.move for turn in again] == [move]
    assert again[0].text.endswith(QUESTION)


def test_a_subject_that_is_not_allowed_cannot_be_composed() -> None:
    brief = buyer_brief(OBJECTIVE)
    move = NextMove(Move.COVERED, brief.guide.topic("experience"), subject="security review")
    with pytest.raises(ValueError, match="may not be named"):
        compose(brief, Choice(move, Engine.RULES))
    with pytest.raises(ValueError, match="may not be named"):
        allowed().naming_question("CFO")


def test_a_model_may_choose_it() -> None:
    said = conduct(allowed(), [VAGUE])
    [number] = [number for number, turn in enumerate(said) if QUESTION in turn.text]
    brief = allowed().after(said[:number])
    request = messages_for(brief, moves(brief))[-1].content
    assert 'Ask by name about "security review", which the objective names' in request
