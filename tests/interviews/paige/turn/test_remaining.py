"""The progress that the contact sees."""

from itertools import pairwise

import pytest

from interviews.lifecycle import Move
from interviews.paige.dialogue import AGAIN
from interviews.paige.turn.dialogue_state import Remaining, remaining
from tests.interviews.paige.interviews import buyer_brief, conduct
from tests.interviews.paige.readings import (
    ARE_YOU_A_BOT,
    DENIAL,
    EVENT,
    JUDGEMENT,
    WHAT_DO_YOU_MEAN,
    Answer,
    spoken,
    states,
)

LONG = spoken(states("We compared four products for two months, because nobody trusted our numbers any more.", EVENT))
SLOW = spoken(states("Slow.", JUDGEMENT))
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
        ([SLOW], ""),
        ([NO_TRIAL, LONG, NO_PRICE], "do not bring up pricing"),
        ([WHAT_DO_YOU_MEAN, LONG, ARE_YOU_A_BOT, SLOW], "focus on security"),
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
    (_, first), (move, again), *_ = shown([WHAT_DO_YOU_MEAN, SLOW])
    assert move == Move.REPHRASE
    assert again == first
