"""Objective, notes and picks count as they are at the completion."""

from collections.abc import Mapping, Sequence
from typing import Any

from interviews.lifecycle import Coverage
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.findings.excerpts import numbered_answers
from interviews.paige.guide.guide import Topic
from interviews.paige.turn.brief import Brief

Answers = Sequence[tuple[int, Utterance]]


def coverage(brief: Brief) -> list[dict[str, Any]]:
    found = []
    for topic in brief.emphasized:
        status, turns = _status(brief, topic)
        found.append({"topic": topic.key, "title": topic.title, "status": str(status), "turns": turns})
    return found


def _status(brief: Brief, topic: Topic) -> tuple[Coverage, list[int]]:
    given = list(numbered_answers(brief.conversation))
    on_topic = [(turn, answer) for turn, answer in given if answer.topic == topic.key]
    kinds: Mapping[Coverage, Answers] = {
        Coverage.ANSWERED: [pair for pair in on_topic if _says_something(pair[1])],
        Coverage.DENIED: [pair for pair in on_topic if pair[1].reading.findings],
        Coverage.TOUCHED: [pair for pair in given if _mentions(pair[1], topic)],
        Coverage.DECLINED: on_topic,
    }
    return next(
        ((status, [turn for turn, _ in shown]) for status, shown in kinds.items() if shown), (Coverage.NOT_ASKED, [])
    )


def _says_something(answer: Utterance) -> bool:
    return bool(answer.reading.findings) and not answer.reading.is_bare_denial


def _mentions(answer: Utterance, topic: Topic) -> bool:
    return bool(topic.phrases_in("\n".join(answer.reading.quotable)))
