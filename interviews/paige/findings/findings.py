from typing import Any, TypedDict

from interviews.paige.answers.transcript_markdown import blocks
from interviews.paige.findings.coverage import coverage
from interviews.paige.findings.drivers import drivers
from interviews.paige.findings.key_answers import key_answers
from interviews.paige.turn.brief import Brief


class Findings(TypedDict, total=False):
    key_answers: list[dict[str, Any]]
    drivers: list[dict[str, Any]]
    coverage: list[dict[str, Any]]


def findings_of(brief: Brief, content: str) -> Findings:
    transcript = blocks(content)
    return {
        "key_answers": key_answers(brief.guide, brief.conversation, transcript),
        "drivers": [driver.shown(transcript) for driver in drivers(brief)],
        "coverage": coverage(brief),
    }
