"""The examples of the training. Neutral sentences, and facts that are only background, are inserted into objectives
anew in each epoch."""

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from interviews.paige.objective.instructions import Sign, sentences
from interviews.paige.objective.sign_matches import signs_in
from tests.labelled_rows import labelled_rows

OBJECTIVES = Path(__file__).parents[1] / "objectives.tsv"
DATA = Path(__file__).with_name("data")

TOPICS = ("criteria", "decision", "experience", "options", "pricing", "process", "trigger", "vendor")
LABELS = (*TOPICS, "none")
NEITHER, ASKED, AVOIDED, OPTIONAL = range(4)
"""Labels of a topic in an objective. OPTIONAL: it may be asked about or not."""

LANGUAGES = ("en", "de", "fr", "es")
BATCH = 48

SHARE_WITH_NEUTRAL, MOST_NEUTRAL = 0.8, 3
"""The share of objectives into which neutral sentences are inserted, and how many at most."""
SHARE_OF_SAME_LANGUAGE = 0.9
PART_OF_A_SHORT_EPOCH = 2
"""Without items and avoidances, an epoch has this part of the objectives."""

_NAME = re.compile(r"\{(\w+)\}")
_BOUNDARY = re.compile(r"(?<=[.!?])\s+|\n+")


class Example(NamedTuple):
    pieces: list[int]
    label: int | list[int]


class Objective(NamedTuple):
    language: str
    label: list[int]
    text: str

    @property
    def asks(self) -> bool:
        """Whether it has a question or a request, and is not only a statement or a heading."""
        signs = [
            sign.value[0] for words in sentences(self.text) for sign in signs_in([w.text for w in words], [Sign.ASK])
        ]
        return ASKED in self.label and ("?" in self.text or bool(signs))


class Neutral:
    """Sentences that name no topic: templates whose names are filled in, and objectives without a topic."""

    def __init__(self, objectives: Sequence[Objective]) -> None:
        self.templates, self.facts = _by_language("neutral_sentences.tsv"), _by_language("background_facts.tsv")
        self.remarks = {
            language: [each.text for each in objectives if each.language == language and not any(each.label)]
            for language in LANGUAGES
        }
        self.names: dict[tuple[str, str], list[str]] = {}
        for language, kind, name in labelled_rows(DATA / "neutral_names.tsv"):
            self.names.setdefault((language, kind), []).append(name)

    def sentence(self, language: str, *, asks: bool) -> str:
        """`asks`: the objective asks for something, so that facts about topics are background."""
        if random.random() > SHARE_OF_SAME_LANGUAGE:
            language = random.choice(LANGUAGES)
        kinds = (self.templates, self.remarks, self.facts) if asks else (self.templates, self.remarks)
        return self.filled(language, random.choice(random.choice(kinds)[language]))

    def filled(self, language: str, template: str) -> str:
        def name(match: re.Match[str]) -> str:
            return random.choice(self.names.get((language, match[1])) or self.names["*", match[1]])

        return _NAME.sub(name, template)

    def around(self, objective: Objective) -> str:
        """The objective with neutral sentences before, after and between its own."""
        parts = _BOUNDARY.split(objective.text.strip())
        for _ in range(random.randint(1, MOST_NEUTRAL)):
            place = random.choice((0, len(parts), random.randint(0, len(parts))))
            parts.insert(place, self.sentence(objective.language, asks=objective.asks))
        return "".join(f"{part}{_joint(part)}" for part in parts).strip()


def _joint(part: str) -> str:
    if part[-1:] in ".!?,:":
        return random.choice((" ", " ", "\n", "\n\n"))
    return random.choice((". ", ". ", "\n", "\n\n"))


class Tasks:
    """All have texts as pieces: `items` by topic, `avoidances` and others, objectives with a label of each topic."""

    def __init__(self, read: Callable[[str], list[int]], *, is_whole: bool) -> None:
        """`is_whole`: whether items and avoidances are learned too."""
        self.read, self.objectives = read, objectives()
        self.neutral = Neutral(self.objectives)
        names = ("topics", "avoidances") if is_whole else ()
        rows = {name: labelled_rows(DATA / f"{name}.tsv") for name in names}
        self.items = [Example(read(text), LABELS.index(label)) for label, text in rows.get("topics", [])]
        self.avoidances = [Example(read(text), int(label == "avoid")) for label, text in rows.get("avoidances", [])]
        self.plain = [Example(read(each.text), each.label) for each in self.objectives]

    def batches(self) -> list[tuple[int, list[Example]]]:
        """Returns one epoch. A batch has texts of one task and of similar lengths."""
        part = 1 if self.items else PART_OF_A_SHORT_EPOCH
        parts = [
            (0, self.items, 3),
            (1, self.avoidances, 2),
            (2, self.plain, 2 * part),
            (2, self._with_neutral(), part),
        ]
        found = []
        for task, examples, part in parts:
            chosen = random.sample(examples, len(examples) // part)
            chosen.sort(key=lambda each: len(each.pieces) + 6 * random.random())
            found += [(task, chosen[start : start + BATCH]) for start in range(0, len(chosen), BATCH)]
        random.shuffle(found)
        return found

    def _with_neutral(self) -> list[Example]:
        """Each objective, most with neutral sentences, and each neutral sentence alone."""
        found = []
        for each in self.objectives:
            is_longer = random.random() < SHARE_WITH_NEUTRAL
            found.append(Example(self.read(self.neutral.around(each) if is_longer else each.text), each.label))
        for language, templates in self.neutral.templates.items():
            for template in templates:
                found.append(Example(self.read(self.neutral.filled(language, template)), [NEITHER] * len(TOPICS)))
        return found


def _by_language(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for language, text in labelled_rows(DATA / name):
        found[language].append(text)
    return found


def objectives() -> list[Objective]:
    rows = [row for file in (OBJECTIVES, DATA / "objectives.tsv") for row in labelled_rows(file)]
    return [Objective(language, labels(asked, avoided), text) for language, asked, avoided, text in rows]


def labels(emphasize: str, avoid: str) -> list[int]:
    found = dict.fromkeys(TOPICS, NEITHER)
    for topic in filter(None, emphasize.split(",")):
        found[topic.rstrip("?")] = OPTIONAL if topic.endswith("?") else ASKED
    found |= dict.fromkeys(filter(None, avoid.split(",")), AVOIDED)
    return [*found.values()]


def texts() -> list[str]:
    """All texts of the examples, for the choice of pieces."""
    items = [row[-1] for name in ("topics", "avoidances") for row in labelled_rows(DATA / f"{name}.tsv")]
    names = ("neutral_sentences", "neutral_names", "background_facts")
    neutral = [row[-1] for name in names for row in labelled_rows(DATA / f"{name}.tsv")]
    return [*items, *(each.text for each in objectives()), *neutral]
