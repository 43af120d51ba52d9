"""The examples of the training. Neutral sentences, and facts that are only background, are inserted into objectives
anew in each epoch. Hard objectives, which are few, are also joined to others."""

import random
import re
from collections.abc import Callable, Sequence
from functools import cached_property
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
BATCH, BATCH_OF_HARD = 48, 32

SHARE_WITH_NEUTRAL, MOST_NEUTRAL = 0.8, 3
"""The share of objectives into which neutral sentences are inserted, and how many at most."""
SHARE_OF_SAME_LANGUAGE = 0.9
TIMES_NATURAL = 3
"""How many times an epoch of hard objectives has each natural one."""
EASY_OF_HARD = 0.4
"""How many easy objectives an epoch of hard ones has, as a share of their number."""

_NAME = re.compile(r"\{(\w+)\}")
_BOUNDARY = re.compile(r"(?<=[.!?])\s+|\n+")


class Example(NamedTuple):
    pieces: list[int]
    label: int | list[int]


class Objective:
    def __init__(self, language: str, label: list[int], text: str) -> None:
        self.language, self.label, self.text = language, label, text

    @cached_property
    def asks(self) -> bool:
        """Whether it has a question or a request, and is not only a statement or a heading."""
        signs = [
            sign.value[0] for words in sentences(self.text) for sign in signs_in([w.text for w in words], [Sign.ASK])
        ]
        return ASKED in self.label and ("?" in self.text or bool(signs))

    @property
    def can_be_joined(self) -> bool:
        """Statements do not count next to a request."""
        return self.asks or AVOIDED in self.label

    def joined(self, other: "Objective") -> "Objective | None":
        """None if one avoids what the other asks about."""
        pairs = [{*pair} - {NEITHER} for pair in zip(self.label, other.label, strict=True)]
        if any(AVOIDED in pair and len(pair) > 1 for pair in pairs):
            return None
        text = f"{self.text}{_joint(self.text)}{other.text}"
        return Objective(self.language, [min(pair, default=NEITHER) for pair in pairs], text)


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

    def alone(self) -> list[str]:
        """Each sentence alone, and facts in groups."""
        found = [self.filled(language, each) for language in LANGUAGES for each in self.templates[language]]
        for language in LANGUAGES:
            facts = random.sample(self.facts[language], len(self.facts[language]))
            while facts:
                group = [self.filled(language, facts.pop()) for _ in range(min(len(facts), random.randint(1, 4)))]
                found.append("".join(f"{each}{_joint(each)}" for each in group).strip())
        return found


def _joint(part: str) -> str:
    if part[-1:] in ".!?,:":
        return random.choice((" ", " ", "\n", "\n\n"))
    return random.choice((". ", ". ", "\n", "\n\n"))


class Tasks:
    """All have texts as pieces: `items` by topic, `avoidances` and others, objectives with a label of each topic."""

    def __init__(self, read: Callable[[str], list[int]]) -> None:
        self.read = read
        self.easy = objectives(OBJECTIVES, DATA / "objectives.tsv")
        natural = objectives(DATA / "natural_objectives.tsv")
        self.hard = [*objectives(DATA / "hard_objectives.tsv"), *natural * TIMES_NATURAL]
        self.neutral = Neutral([*self.easy, *self.hard])
        self.joinable: dict[str, list[Objective]] = {language: [] for language in LANGUAGES}
        for each in (*self.easy[::4], *self.hard):
            if each.can_be_joined:
                self.joinable[each.language].append(each)
        self.items = [Example(read(text), LABELS.index(label)) for label, text in labelled_rows(DATA / "topics.tsv")]
        rows = labelled_rows(DATA / "avoidances.tsv")
        self.avoidances = [Example(read(text), int(label == "avoid")) for label, text in rows]

    def batches(self) -> list[tuple[int, list[Example]]]:
        """Returns one epoch of all tasks."""
        return [
            *_batches(0, random.sample(self.items, len(self.items) // 3)),
            *_batches(1, random.sample(self.avoidances, len(self.avoidances) // 2)),
            *_batches(2, self._examples(random.sample(self.easy, len(self.easy) // 2), 0)),
            *_batches(2, [*self._examples([*self.easy, *self.hard], SHARE_WITH_NEUTRAL), *self._neutral()]),
        ]

    def batches_of_hard(self) -> list[tuple[int, list[Example]]]:
        """Returns one epoch in which the hard objectives are the majority."""
        easy = random.sample(self.easy, int(EASY_OF_HARD * len(self.hard)))
        hard = [self._varied(each) for each in self.hard]
        examples = [*hard, *self._examples(easy, 0.5), *self._neutral()]
        return _batches(2, examples, BATCH_OF_HARD)

    def _examples(self, objectives: Sequence[Objective], share: float) -> list[Example]:
        """`share`: how many of them get neutral sentences."""
        texts = [self.neutral.around(each) if random.random() < share else each.text for each in objectives]
        return [Example(self.read(text), each.label) for text, each in zip(texts, objectives, strict=True)]

    def _varied(self, objective: Objective) -> Example:
        """As it is, with neutral sentences, or with another one before or after it."""
        kind = random.choice(("plain", "neutral", "joined"))
        if kind == "joined" and objective.can_be_joined:
            one, other = random.sample((objective, random.choice(self.joinable[objective.language])), 2)
            objective = one.joined(other) or objective
        text = self.neutral.around(objective) if kind == "neutral" else objective.text
        return Example(self.read(text), objective.label)

    def _neutral(self) -> list[Example]:
        return [Example(self.read(text), [NEITHER] * len(TOPICS)) for text in self.neutral.alone()]


def _batches(task: int, examples: Sequence[Example], size: int = BATCH) -> list[tuple[int, list[Example]]]:
    """A batch has texts of similar lengths."""
    ordered = sorted(examples, key=lambda each: len(each.pieces) + 6 * random.random())
    return [(task, ordered[start : start + size]) for start in range(0, len(ordered), size)]


def _by_language(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for language, text in labelled_rows(DATA / name):
        found[language].append(text)
    return found


def objectives(*files: Path) -> list[Objective]:
    rows = [row for file in files for row in labelled_rows(file)]
    return [Objective(language, labels(asked, avoided), text) for language, asked, avoided, text in rows]


def labels(emphasize: str, avoid: str) -> list[int]:
    found = dict.fromkeys(TOPICS, NEITHER)
    for topic in filter(None, emphasize.split(",")):
        found[topic.rstrip("?")] = OPTIONAL if topic.endswith("?") else ASKED
    found |= dict.fromkeys(filter(None, avoid.split(",")), AVOIDED)
    return [*found.values()]


def texts() -> list[str]:
    """All texts of the examples, for the choice of pieces."""
    return [row[-1] for file in (OBJECTIVES, *sorted(DATA.glob("*.tsv"))) for row in labelled_rows(file)]
