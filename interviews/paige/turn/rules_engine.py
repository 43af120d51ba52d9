from collections.abc import Sequence

from interviews.lifecycle import Engine, Move
from interviews.paige.guide.guide import FollowUpKind
from interviews.paige.language import languages
from interviews.paige.reading.readings import Act, StatementKind
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.compose import Choice
from interviews.paige.turn.dialogue_state import DialogueState, asks_what_tipped_it
from interviews.paige.turn.moves import TURNS_AT_THE_END, NextMove
from interviews.paige.turn.threads import Thread, is_on_subject

LEAD_TO_A_SECOND_STEP = (FollowUpKind.CONSEQUENCE, FollowUpKind.NEXT)


class RulesEngine:
    def choose(self, brief: Brief, moves: Sequence[NextMove]) -> Choice:
        state = DialogueState(brief)
        topics = [move for move in moves if move.thread is None]
        has_topics = any(move.move != Move.CLOSING for move in topics)
        due = (
            move
            for move in moves
            if move.thread
            and move.asked
            and _asks_well(state, move.thread, move.asked.kind)
            and (move.quote or move.asked.kind is FollowUpKind.PEOPLE or _is_clear(state, move.thread))
            and _is_due(state, move.thread, has_topics=has_topics)
        )
        return Choice(next(due, None) or next(iter(topics), moves[0]), Engine.RULES)


def _asks_well(state: DialogueState, thread: Thread, kind: FollowUpKind) -> bool:
    """A complaint, and a statement on an emphasized topic, may get any kind.

    Other statements get the kind of the topic's first follow-up: three in five of other kinds bring nothing. If nothing
    was decided, Paige asks how it is now. About an answer to a follow-up she asks what happened next, on topics that
    lead with that or with the consequence.
    """
    leading = thread.topic.follow_ups[0].kind
    if thread.depth:
        return kind is FollowUpKind.NEXT and leading in LEAD_TO_A_SECOND_STEP
    is_undecided = asks_what_tipped_it(thread.topic) and FollowUpKind.CHANGE in state.absent
    is_leading = kind is leading or (is_undecided and kind is FollowUpKind.NOW)
    return is_leading or state.emphasizes(thread.topic) or thread.is_complaint


def _is_clear(state: DialogueState, thread: Thread) -> bool:
    """Without a quote, the contact cannot tell which of several events is meant."""
    is_one_of_several = len(state.stated_in(state.answers[-1])) > 1
    is_vague = thread.statement.kind is StatementKind.EVENT and is_one_of_several
    return state.emphasizes(thread.topic) or not is_vague


def _is_due(state: DialogueState, thread: Thread, *, has_topics: bool) -> bool:
    """A statement that may be small talk is never due. The others are due in these cases:

    - the answer to a follow-up, once, if the turns suffice for all topics, in languages in which the reader tells small
      talk from a statement
    - a statement on a subject of the objective, if its reason or consequence is missing
    - on an emphasized topic, the first follow-up
    - on another topic, the first follow-up, if the turns suffice for all topics
    - once no topic is left, an earlier statement whose reason or consequence is missing
    """
    if thread.statement.is_doubtful:
        return False
    has_room = state.turns_left > len(state.unasked) + TURNS_AT_THE_END
    if thread.depth:
        is_second = thread.depth == 1 and thread.is_last and not thread.asked
        return has_room and is_second and state.language in languages()
    if is_on_subject(state, thread) and thread.lacks_something:
        return True
    is_declined = thread.is_last and Act.DECLINES in state.last.acts
    if is_declined or (thread.answer < state.newest and has_topics):
        return False
    is_first = not state.follow_ups_to(thread.topic)
    if state.emphasizes(thread.topic) and is_first:
        return True
    return has_room and not thread.tells_much and (is_first or (not has_topics and thread.lacks_something))
