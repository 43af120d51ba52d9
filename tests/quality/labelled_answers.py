"""Single answers with labels, and how they are read: two files for tuning, and three on which nobody tunes."""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

from interviews.paige.answers.lexicon import Intent
from interviews.paige.answers.reading import read
from interviews.paige.answers.sentences import NOT_FINDINGS
from tests.quality.respondents import Label
from tools.reader.labels import rows

TUNING, IDIOMATIC, HELD_BACK, NEW, NATURAL = ("first", "idiomatic", "held_back", "new", "natural")
INNOCENT = "innocent"

INTENTS: Mapping[Label, Intent] = {
    Label.ASKS_MEANING: Intent.ASKS_MEANING,
    Label.ASKS_PURPOSE: Intent.ASKS_PURPOSE,
    Label.ASKS_TO_REPEAT: Intent.ASKS_TO_REPEAT,
    Label.ASKS_ABOUT_AI: Intent.ASKS_ABOUT_AI,
    Label.ASKS_WHO_READS: Intent.ASKS_WHO_READS,
    Label.ASKS_HOW_LONG: Intent.ASKS_HOW_LONG,
    Label.ASKS_ABOUT_LANGUAGE: Intent.ASKS_ABOUT_LANGUAGE,
    Label.ASKS_IF_ENOUGH: Intent.ASKS_IF_ENOUGH,
    Label.ASKS_OTHER: Intent.ASKS_SOMETHING,
    Label.WANTS_TO_STOP: Intent.WANTS_TO_STOP,
    Label.WANTS_A_PERSON: Intent.WANTS_A_PERSON,
    Label.WANTS_DELETION: Intent.WANTS_DELETION,
    Label.DECLINES: Intent.DECLINES,
}


class Verdict(StrEnum):
    """AS_ANOTHER: as another question, wish or refusal. INNOCENT_MISREAD: a finding that is read as one of them."""

    RIGHT = "right"
    AS_ANOTHER = "as another"
    PASSED_OVER = "passed over"
    INNOCENT_RIGHT = "innocent right"
    INNOCENT_MISREAD = "innocent misread"


def verdicts(chosen: str) -> Counter[Verdict]:
    """`chosen`: a set of tools/reader/labels/single_answers.tsv."""
    return Counter(_verdict(row["label"], row["text"]) for row in rows("single_answers.tsv") if row["set"] == chosen)


def _verdict(label: str, answer: str) -> Verdict:
    found = read(answer).intents & NOT_FINDINGS
    if label == INNOCENT:
        return Verdict.INNOCENT_MISREAD if found else Verdict.INNOCENT_RIGHT
    if INTENTS[Label(label)] in found:
        return Verdict.RIGHT
    return Verdict.AS_ANOTHER if found else Verdict.PASSED_OVER
