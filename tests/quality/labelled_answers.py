"""Single answers with labels, and how they are read: two sets for tuning, and three on which nobody tunes."""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

from interviews.paige.reading.readings import Act
from interviews.paige.turn.brief import reading_of
from tests.interviews.paige.interviews import parsed_guide
from tests.quality.respondents import Label
from tools.reader.labels import rows

TUNING, IDIOMATIC, HELD_BACK, NEW, NATURAL = ("first", "idiomatic", "held_back", "new", "natural")
INNOCENT = "innocent"

ACTS: Mapping[Label, Act] = {
    Label.ASKS_MEANING: Act.ASKS_MEANING,
    Label.ASKS_PURPOSE: Act.ASKS_PURPOSE,
    Label.ASKS_TO_REPEAT: Act.ASKS_MEANING,
    Label.ASKS_ABOUT_AI: Act.ASKS_ABOUT_AI,
    Label.ASKS_WHO_READS: Act.ASKS_WHO_READS,
    Label.ASKS_HOW_LONG: Act.ASKS_HOW_LONG,
    Label.ASKS_ABOUT_LANGUAGE: Act.WANTS_LANGUAGE,
    Label.ASKS_IF_ENOUGH: Act.ASKS_SOMETHING,
    Label.ASKS_OTHER: Act.ASKS_SOMETHING,
    Label.WANTS_TO_STOP: Act.WANTS_TO_STOP,
    Label.WANTS_A_PERSON: Act.WANTS_A_PERSON,
    Label.WANTS_DELETION: Act.WANTS_DELETION,
    Label.DECLINES: Act.DECLINES,
}
GUIDES = {"de": "win_loss_buyer_de"}
VENDOR = "Acme"


class Verdict(StrEnum):
    """AS_ANOTHER: as another question, wish or refusal. INNOCENT_MISREAD: a finding that is read as one of them."""

    RIGHT = "right"
    AS_ANOTHER = "as another"
    PASSED_OVER = "passed over"
    INNOCENT_RIGHT = "innocent right"
    INNOCENT_MISREAD = "innocent misread"


def verdicts(chosen: str) -> Counter[Verdict]:
    """`chosen`: a set of tools/reader/labels/single_answers.tsv."""
    own = (row for row in rows("single_answers.tsv") if row["set"] == chosen)
    return Counter(_verdict(row["language"], row["label"], row["text"]) for row in own)


def _verdict(language: str, label: str, answer: str) -> Verdict:
    guide = parsed_guide(GUIDES.get(language, "win_loss_buyer")).for_vendor(VENDOR)
    found = reading_of(answer, guide.topics[0].question, guide, VENDOR).acts & {*ACTS.values()}
    if label == INNOCENT:
        return Verdict.INNOCENT_MISREAD if found else Verdict.INNOCENT_RIGHT
    if ACTS[Label(label)] in found:
        return Verdict.RIGHT
    return Verdict.AS_ANOTHER if found else Verdict.PASSED_OVER
