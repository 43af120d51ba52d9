"""The only place where a brief becomes a PublicBrief."""

from interviews.lifecycle import Move
from interviews.paige.guide.texts import FollowUpKind
from interviews.paige.language.lexicons import Phrase
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.moves import NextMove
from interviews.paige.wording.public_brief import PublicBrief, Task

LEAD_INS = frozenset({"feeling", "return"})
"""Openers that the words of a follow-up replace. All others stay as authored."""


def task_of(move: NextMove) -> Task | None:
    """Follow-ups are worded, and the gap of a sentence before a bridge. All else is authored."""
    if move.move == Move.FOLLOW_UP:
        return Task.FOLLOW_UP
    is_bridge = move.move == Move.QUESTION and [opener.name for opener in move.openers] == ["bridge"]
    return Task.BRIDGE if is_bridge else None


def kept_openers(move: NextMove) -> tuple[Phrase, ...]:
    return tuple(opener for opener in move.openers if opener.name not in LEAD_INS)


def public_brief(brief: Brief, move: NextMove, task: Task, authored: str) -> PublicBrief:
    """`authored`: as in PublicBrief. A date in a statement is no case that shows it."""
    thread = move.thread
    return PublicBrief(
        vendor=brief.vendor,
        language=brief.guide.language,
        purpose=brief.guide.purpose,
        topics=tuple((topic.title, topic.question) for topic in brief.guide.every_topic),
        conversation=brief.conversation,
        task=task,
        title=move.topic.title,
        authored=authored,
        statement=thread.statement.text if thread else "",
        asks_for=move.asked.kind if move.asked else None,
        known=thread.statement.shows - {FollowUpKind.INSTANCE} | thread.asked if thread else frozenset(),
        shows_feeling=any(opener.name == "feeling" for opener in move.openers),
        subjects=brief.nameable,
    )
