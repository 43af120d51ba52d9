"""The only place where a brief becomes a PublicBrief."""

from interviews.lifecycle import Move
from interviews.paige.language.lexicons import Phrase
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.moves import NextMove
from interviews.paige.wording.public_brief import PublicBrief, Task

LEAD_INS = {Task.FOLLOW_UP: frozenset({"feeling", "return"}), Task.TOPIC: frozenset({"bridge", "touched"})}
"""Openers that the words replace. All others stay as authored."""


def task_of(move: NextMove) -> Task | None:
    """Follow-ups are worded, and the questions that open topics. All else is authored."""
    if move.move == Move.FOLLOW_UP:
        return Task.FOLLOW_UP
    return Task.TOPIC if move.move == Move.QUESTION else None


def lead_ins(move: NextMove) -> tuple[Phrase, ...]:
    task = task_of(move)
    return tuple(opener for opener in move.openers if task and opener.name in LEAD_INS[task])


def public_brief(brief: Brief, move: NextMove, task: Task, authored: str) -> PublicBrief:
    """`authored`: as in PublicBrief."""
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
        known=thread.asked if thread else frozenset(),
        shows_feeling=any(opener.name == "feeling" for opener in move.openers),
        subjects=brief.nameable,
    )
