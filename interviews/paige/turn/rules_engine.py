from collections.abc import Sequence

from interviews.lifecycle import Engine, Move
from interviews.paige.guide.guide import Kind
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.choice import Choice
from interviews.paige.turn.moves import NextMove
from interviews.paige.turn.progress import Progress

# In the order of preference.
KINDS = (Kind.INSTANCE, Kind.REASON, Kind.CONSEQUENCE, Kind.COMPARISON)


class RulesEngine:
    """Deterministic, without a network, in a few milliseconds."""

    def choose(self, brief: Brief, moves: Sequence[NextMove]) -> Choice:
        return Choice(_chosen(brief, moves), Engine.RULES)


def _chosen(brief: Brief, moves: Sequence[NextMove]) -> NextMove:
    follow_ups = [move for move in moves if move.move == Move.FOLLOW_UP]
    others = [move for move in moves if move.move != Move.FOLLOW_UP]
    if not follow_ups:
        return others[0]
    progress = Progress(brief)
    return _most_lacking(progress, follow_ups) if not others or _is_due(progress) else others[0]


def _is_due(progress: Progress) -> bool:
    """One follow-up if something is missing and the turns suffice, two on an emphasized topic."""
    if progress.emphasizes(progress.topic):
        return True
    spare = progress.turns_left - len(progress.unasked)
    reserve = 0 if progress.topic.core else progress.turns_needed
    return spare > reserve and not progress.follow_ups_to(progress.topic) and bool(_lacking(progress))


def _lacking(progress: Progress) -> list[Kind]:
    """Only an instance and a reason are ever missing."""
    return [kind for kind in (Kind.INSTANCE, Kind.REASON) if kind not in progress.last.shows]


def _most_lacking(progress: Progress, follow_ups: Sequence[NextMove]) -> NextMove:
    """Prefers a kind that the answer lacks and that was not asked last, then one that quotes."""
    asked = [progress.topic.follow_ups[turn.follow_up].kind for turn in progress.asked if turn.follow_up is not None]
    last = asked[-1] if asked else None

    def rank(move: NextMove) -> tuple[bool, bool, bool, int]:
        kind = move.topic.follow_ups[move.follow_up or 0].kind
        return (kind in progress.last.shows, kind is last, not move.quotes, KINDS.index(kind))

    return min(follow_ups, key=rank)
