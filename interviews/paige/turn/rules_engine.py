from collections.abc import Sequence

from interviews.lifecycle import Engine, Move
from interviews.paige.guide.guide import FollowUpKind
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.compose import Choice
from interviews.paige.turn.dialogue_state import DialogueState
from interviews.paige.turn.moves import NextMove

# In the order of preference.
PREFERRED_KINDS = (FollowUpKind.INSTANCE, FollowUpKind.REASON, FollowUpKind.CONSEQUENCE, FollowUpKind.COMPARISON)


class RulesEngine:
    """Deterministic, without a network, in a few milliseconds."""

    def choose(self, brief: Brief, moves: Sequence[NextMove]) -> Choice:
        return Choice(_chosen(brief, moves), Engine.RULES)


def _chosen(brief: Brief, moves: Sequence[NextMove]) -> NextMove:
    follow_ups = [move for move in moves if move.move == Move.FOLLOW_UP]
    others = [move for move in moves if move.move != Move.FOLLOW_UP]
    if not follow_ups:
        return others[0]
    state = DialogueState(brief)
    return _most_lacking(state, follow_ups) if not others or _is_due(state) else others[0]


def _is_due(state: DialogueState) -> bool:
    """One follow-up if something is missing and the turns suffice, two on an emphasized topic."""
    if state.emphasizes(state.topic):
        return True
    spare = state.turns_left - len(state.unasked)
    reserve = 0 if state.topic.core else state.turns_needed
    return spare > reserve and not state.follow_ups_to(state.topic) and bool(_lacking(state))


def _lacking(state: DialogueState) -> list[FollowUpKind]:
    """Only an instance and a reason are ever missing."""
    return [kind for kind in (FollowUpKind.INSTANCE, FollowUpKind.REASON) if kind not in state.last.shows]


def _most_lacking(state: DialogueState, follow_ups: Sequence[NextMove]) -> NextMove:
    """Prefers a kind that the answer lacks and that was not asked last, then one that quotes."""
    asked = [state.topic.follow_ups[turn.follow_up].kind for turn in state.asked if turn.follow_up is not None]
    last = asked[-1] if asked else None

    def rank(move: NextMove) -> tuple[bool, bool, bool, int]:
        kind = move.topic.follow_ups[move.follow_up or 0].kind
        return (kind in state.last.shows, kind is last, not move.quotes, PREFERRED_KINDS.index(kind))

    return min(follow_ups, key=rank)
