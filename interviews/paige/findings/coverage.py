"""Objective, notes and picks count as they are at the completion."""

from collections.abc import Mapping, Sequence
from typing import Any

from interviews.lifecycle import Coverage, Move
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.findings.excerpts import numbered_answers
from interviews.paige.guide.guide import Topic
from interviews.paige.objective.subject_mentions import mentions_subject
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.named_subjects import subject_in

Answers = Sequence[tuple[int, Utterance]]


def coverage(brief: Brief) -> list[dict[str, Any]]:
    found = []
    for topic in brief.emphasized:
        status, turns = _status(brief, topic)
        found.append({"topic": topic.key, "title": topic.title, "status": str(status), "turns": turns})
    return found


def _status(brief: Brief, topic: Topic) -> tuple[Coverage, list[int]]:
    given, subjects = list(numbered_answers(brief.conversation)), brief.subjects_of(topic)
    on_topic = [(turn, answer) for turn, answer in given if answer.topic == topic.key]
    said = [pair for pair in on_topic if _says_something(pair[1])]
    asked = [pair for pair in given if _names(brief, brief.conversation[pair[0] - 2], subjects)]
    about = [pair for pair in given if pair in asked or _mentions_any(pair[1], subjects)] if subjects else on_topic
    kinds: Mapping[Coverage, Answers] = {
        Coverage.ANSWERED: [pair for pair in about if _says_something(pair[1])],
        Coverage.DENIED: [pair for pair in about or on_topic if _denies(pair[1], is_named=pair in asked)],
        Coverage.TOUCHED: said or [pair for pair in given if _mentions(pair[1], topic)],
        Coverage.DECLINED: on_topic,
    }
    return next(
        ((status, [turn for turn, _ in shown]) for status, shown in kinds.items() if shown), (Coverage.NOT_ASKED, [])
    )


def _names(brief: Brief, message: Utterance, subjects: Sequence[str]) -> bool:
    """By name, or with a quote. The texts of the guide name subjects among others."""
    is_own = message.move in (Move.FOLLOW_UP, Move.COVERED) or bool(subject_in(brief, message))
    return is_own and mentions_subject(message.text, subjects)


def _denies(answer: Utterance, *, is_named: bool) -> bool:
    """`is_named`: whether the question named the subject, so that "None" denies it."""
    reading = answer.reading
    return (bool(reading.findings) and not _says_something(answer)) or (is_named and reading.is_denied)


def _says_something(answer: Utterance) -> bool:
    return bool(answer.reading.findings) and not answer.reading.is_bare_denial


def _mentions_any(answer: Utterance, subjects: Sequence[str]) -> bool:
    return not answer.reading.is_pasted and mentions_subject("\n".join(answer.reading.findings), subjects)


def _mentions(answer: Utterance, topic: Topic) -> bool:
    return bool(topic.phrases_in("\n".join(answer.reading.quotable)))
