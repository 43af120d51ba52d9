"""Objective, notes and picks count as they are at the completion."""

from collections.abc import Mapping, Sequence
from typing import Any

from interviews.lifecycle import Coverage, Move
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.findings.excerpts import finding_clauses, numbered_answers, own_findings
from interviews.paige.guide.guide import Topic
from interviews.paige.objective.subject_mentions import mentions_subject
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.named_subjects import subject_in

Answers = Sequence[tuple[int, Utterance]]


def coverage(brief: Brief) -> list[dict[str, Any]]:
    return [{"topic": topic.key, "title": topic.title, **_status(brief, topic)} for topic in brief.emphasized]


def _status(brief: Brief, topic: Topic) -> dict[str, Any]:
    given, subjects = list(numbered_answers(brief.heard)), brief.subjects_of(topic)
    on_topic = [(turn, answer) for turn, answer in given if answer.topic == topic.key]
    asked = [pair for pair in given if _names(brief, brief.conversation[pair[0] - 2], subjects)]
    about = [pair for pair in given if pair in asked or _mentions(pair[1], subjects)] if subjects else on_topic
    touching = [pair for pair in given if any(topic.key in clause.topics for clause in own_findings(pair[1]))]
    kinds: Mapping[Coverage, Answers] = {
        Coverage.ANSWERED: [pair for pair in about if _says_something(pair[1])],
        Coverage.DENIED: [pair for pair in about or on_topic if _denies(pair[1], is_named=pair in asked)],
        Coverage.TOUCHED: [pair for pair in on_topic if _says_something(pair[1])] or touching,
        Coverage.DECLINED: on_topic,
    }
    status = next((status for status, shown in kinds.items() if shown), Coverage.NOT_ASKED)
    return {"status": str(status), "turns": [turn for turn, _ in kinds.get(status, ())]}


def _names(brief: Brief, message: Utterance, subjects: Sequence[str]) -> bool:
    """By name, or with a quote. The texts of the guide name subjects among others."""
    is_own = message.move in (Move.FOLLOW_UP, Move.COVERED) or bool(subject_in(brief, message))
    return is_own and mentions_subject(message.text, subjects)


def _denies(answer: Utterance, *, is_named: bool) -> bool:
    """`is_named`: whether the question named the subject, so that "None" denies it."""
    reading = answer.as_read
    return reading.is_bare_denial or (is_named and reading.is_denied)


def _says_something(answer: Utterance) -> bool:
    return bool(finding_clauses(answer)) and not answer.as_read.is_bare_denial


def _mentions(answer: Utterance, subjects: Sequence[str]) -> bool:
    return mentions_subject("\n".join(clause.text for clause in own_findings(answer)), subjects)
