from collections.abc import Sequence

from interviews.lifecycle import Engine, Move
from interviews.paige.answers.lexicon import Intent
from interviews.paige.answers.relevance import relevance
from interviews.paige.answers.statements import StatementKind
from interviews.paige.guide.guide import FollowUpKind, Topic
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.compose import Choice
from interviews.paige.turn.dialogue_state import DialogueState
from interviews.paige.turn.moves import TURNS_AT_THE_END, NextMove
from interviews.paige.turn.threads import Thread, is_on_subject

LEAD_TO_A_SECOND_STEP = (FollowUpKind.CONSEQUENCE, FollowUpKind.NEXT)


class RulesEngine:
    def choose(self, brief: Brief, moves: Sequence[NextMove]) -> Choice:
        return Choice(_chosen(brief, moves), Engine.RULES)


def _chosen(brief: Brief, moves: Sequence[NextMove]) -> NextMove:
    state = DialogueState(brief)
    topics = [move for move in moves if move.thread is None]
    has_topics = any(move.move != Move.CLOSING for move in topics)
    due = (
        move
        for move in moves
        if move.thread
        and _asks_well(state, move, move.thread)
        and not _is_vague(state, move)
        and _is_due(state, move.thread, has_topics=has_topics)
    )
    hinted = (move for move in topics if move.phrase and move.phrase.name == "hint")
    return next(hinted, None) or next(due, None) or next(iter(topics), moves[0])


def _asks_well(state: DialogueState, move: NextMove, thread: Thread) -> bool:
    """A complaint, and a statement on an emphasized topic, may get any kind.

    Other statements get the kind of the topic's first follow-up: of other kinds, three in five bring nothing. What a
    follow-up has brought out is asked for what happened next, on topics that lead with that or with what came of it.
    """
    if move.asked is None:
        return True
    leading = move.topic.follow_ups[0].kind
    if thread.depth:
        return move.asked.kind is FollowUpKind.NEXT and leading in LEAD_TO_A_SECOND_STEP
    is_leading = move.asked.kind in (leading, _instead(state, move.topic))
    return is_leading or state.emphasizes(move.topic) or thread.is_complaint


def _instead(state: DialogueState, topic: Topic) -> FollowUpKind | None:
    """If nothing was decided, how it is now."""
    return FollowUpKind.NOW if state.absence_of(topic) is FollowUpKind.CHANGE else None


def _is_vague(state: DialogueState, move: NextMove) -> bool:
    """Whether a follow-up on an event has no quote, so that the contact cannot tell which event is meant.

    It is clear if nothing else was told.
    """
    if move.thread is None or move.quote or state.emphasizes(move.topic):
        return False
    told, statement = state.stated_in(state.answers[-1], state.open), move.thread.statement
    return statement.kind is StatementKind.EVENT and len(told) > 1


def _is_due(state: DialogueState, thread: Thread, *, has_topics: bool) -> bool:
    """A statement that may be small talk is never due. The others are due in these cases:

    - what a follow-up has brought out, once, if the turns suffice for all topics. The language has to have weights:
      without them, small talk cannot be told from a statement
    - a statement on a subject of the objective, if something is lacking
    - on an emphasized topic, the first follow-up, and one more on a view without its reason
    - on another topic, the first follow-up, if the turns suffice for all topics
    - once no topic is left, what lacks something in earlier answers
    """
    has_room = state.turns_left > len(state.unasked) + TURNS_AT_THE_END
    if thread.statement.is_doubtful:
        return False
    if thread.depth:
        is_second = thread.depth == 1 and thread.is_last and not thread.asked
        return has_room and is_second and bool(relevance(state.language).weights)
    if is_on_subject(state, thread) and thread.lacks_something:
        return True
    if thread.is_last and Intent.DECLINES in state.last.intents:
        return False
    if thread.answer < state.newest and has_topics:
        return False
    is_first = not state.follow_ups_to(thread.topic)
    returns = not has_topics and thread.lacks_something
    is_pursued = thread.lacks_something and thread.lacks_reason
    if state.emphasizes(thread.topic) and (is_first or is_pursued):
        return True
    return has_room and not thread.tells_much and (is_first or returns)
