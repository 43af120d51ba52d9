from collections.abc import Sequence
from typing import Any

from interviews.paige.answers.dialogue import Utterance
from interviews.paige.answers.transcript_markdown import Block
from interviews.paige.findings.excerpts import finding_excerpts, numbered_answers
from interviews.paige.guide.guide import Guide


def key_answers(guide: Guide, conversation: Sequence[Utterance], transcript: list[Block]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for topic in guide.every_topic:
        given = [(turn, answer) for turn, answer in numbered_answers(conversation) if answer.topic == topic.key]
        if excerpts := [excerpt for turn, answer in given for excerpt in finding_excerpts(turn, answer)]:
            texts, places = [each.text for each in excerpts], [each.place(transcript) for each in excerpts]
            found.append({"topic": topic.key, "title": topic.title, "excerpts": texts, "places": places})
    return found
