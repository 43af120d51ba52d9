"""Labelled objectives, and how well steer() reads them. objectives.tsv explains the labels."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from interviews.paige.guide.guide import Guide
from interviews.paige.objective.steering import Steering, steer
from tests.labelled_rows import labelled_rows

TUNING, DEVELOPMENT, DEVELOPMENT_NATURAL, HELD_BACK, UNSEEN, NEW, NATURAL, BLIND = (
    Path(__file__).with_name(f"{name}.tsv")
    for name in (
        "objectives",
        *(
            f"objectives_{kind}"
            for kind in ("development", "development_natural", "held_back", "unseen", "new", "natural", "blind")
        ),
    )
)

OF_OTHER_GUIDES = {
    guide: Path(__file__).with_name(f"objectives_{guide}.tsv") for guide in ("no_decision", "nps_follow_up")
}
"""Phrases alone read them."""


class Verdict(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    MISSED = "missed"


@dataclass(frozen=True)
class LabelledObjective:
    """`optional`: topics that may be emphasized or not."""

    language: str
    emphasize: tuple[str, ...]
    optional: frozenset[str]
    avoid: frozenset[str]
    text: str = field(repr=False)

    def verdict(self, found: Steering) -> Verdict:
        if {*found.emphasize} - {*self.emphasize} - self.optional or {*found.avoid} - self.avoid:
            return Verdict.WRONG
        named = tuple(key for key in found.emphasize if key not in self.optional)
        is_right = named == self.emphasize and {*found.avoid} == self.avoid
        return Verdict.RIGHT if is_right else Verdict.MISSED


@dataclass(frozen=True)
class Score:
    verdicts: Counter[Verdict]
    avoidances: int
    respected: int

    def share(self, verdict: Verdict) -> float:
        return self.verdicts[verdict] / self.verdicts.total()


def labelled_objectives(file: Path) -> list[LabelledObjective]:
    return [_labelled(*row) for row in labelled_rows(file)]


def score(guide: Guide, objectives: Iterable[LabelledObjective]) -> Score:
    verdicts, avoidances, respected = Counter[Verdict](), 0, 0
    for objective in objectives:
        found = steer(guide, objective.text)
        verdicts[objective.verdict(found)] += 1
        avoidances += len(objective.avoid)
        respected += len(objective.avoid & {*found.avoid})
    return Score(verdicts, avoidances, respected)


def table(guide: Guide, objectives: Sequence[LabelledObjective]) -> str:
    """One line for each language, and the total."""
    lines = ["language  right  wrong  missed  avoidances respected"]
    for language in (*sorted({each.language for each in objectives}), "all"):
        found = score(guide, [each for each in objectives if language in (each.language, "all")])
        counts = "  ".join(f"{found.verdicts[verdict]:{len(verdict)}}" for verdict in Verdict)
        lines.append(f"{language:8}  {counts}  {found.respected} of {found.avoidances}")
    return "\n".join(lines)


def _labelled(language: str, emphasize: str, avoid: str, text: str) -> LabelledObjective:
    labels = [label for label in emphasize.split(",") if label]
    optional = frozenset(label.rstrip("?") for label in labels if label.endswith("?"))
    required = tuple(label for label in labels if not label.endswith("?"))
    return LabelledObjective(language, required, optional, frozenset(filter(None, avoid.split(","))), text)
