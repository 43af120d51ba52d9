"""Batches of labelled lines. Neutral sentences, and facts that are only background, are inserted into objectives anew
each time; topics get other words; objectives of the shipped guide are also joined.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from interviews.paige.reading.readings import Names, names_of
from tools.reader.labels import (
    BUYER,
    EDITED,
    Answer,
    Clause,
    LabelledTopic,
    Objective,
    guides,
    interviews,
    objectives,
    rows,
)

ACTS_OF_SINGLE_ANSWERS = {
    "asks:ai": "asks_bot",
    "asks:who": "asks_who_reads",
    "asks:how_long": "asks_how_long",
    "asks:language": "wants_language",
    "asks:repeat": "asks_meaning",
    "asks:meaning": "asks_meaning",
    "asks:purpose": "asks_purpose",
    "asks:enough": "asks_other",
    "asks:other": "asks_other",
    "stops": "wants_stop",
    "person": "wants_person",
    "deletion": "wants_deletion",
    "declines": "refuses",
    "said_before": "said_before",
    "complains": "complains",
    "innocent": "",
}
NEITHER, ASKED, AVOIDED, OPTIONAL = range(4)
"""Labels of a topic in an objective. OPTIONAL: it may be asked about or not."""
SETS_FOR_TRAINING, SHARE_INNOCENT = ("first", "idiomatic", "acts"), 0.3
TIMES_TYPED = 8
"""How many times the objectives in a natural mix count."""
SHARE_WITH_NEUTRAL, SHARE_JOINED, MOST_NEUTRAL = 0.35, 0.1, 3
SHARE_ALONE = 0.35
"""Of answers with several clauses, of which one is learned as a whole answer: many contacts write no more."""
SHARE_OF_PLACEHOLDERS = 0.25
PLACEHOLDERS = ("Competitor X", "competitor X", "Vendor B", "Company A", "Supplier B", "Wettbewerber X", "Anbieter Z")
"""In the place of a name: people write objectives as examples do."""
SHARE_OF_SAME_LANGUAGE = 0.9
LONGEST_JOINED = 400
PARTS_OF_A_TOPIC = (("title", 0.12), ("title question", 0.15), ("about", 0.1), ("question", 0.08))
"""How often a topic has only some of its texts."""

_BOUNDARY = re.compile(r"(?<=[.!?])\s+|\n+")
_NAME = re.compile(r"\{(\w+)\}")
_LANGUAGES = ("en", "de", "fr", "es")


class ObjectiveExample(NamedTuple):
    """`topics`: the places of its guide's topics in those of the batch, and the labels of them."""

    text: str
    topics: range
    labels: list[int]
    subjects: tuple[str, ...] | None


class AnswerExample(NamedTuple):
    answer: Answer
    question: str
    names: Names
    guide: str


class Examples:
    def __init__(self) -> None:
        training = [each for each in objectives() if each.is_for_training]
        self.buyer = [each for each in training if each.guide == BUYER]
        self.buyer += [each for each in self.buyer if each.author == "typed"] * (TIMES_TYPED - 1)
        self.by_guide: dict[str, list[Objective]] = {}
        for each in training:
            if each.guide != BUYER:
                self.by_guide.setdefault(each.guide, []).append(each)
        for own in self.by_guide.values():
            own.sort(key=lambda each: len(each.text))
        self.interviews = [each for each in interviews() if each.is_for_training]
        self.sentences = [row for row in rows("sentences.tsv") if row["use"] == "training"]
        self.neutral = Neutral(self.buyer)
        self.of_acts = self._of_acts()
        self.wordings = [guide for name, guide in guides().items() if name.startswith(BUYER) and name != EDITED]

    def texts(self) -> list[str]:
        """All that is learned, for the choice of pieces."""
        return [
            *(each.text for own in (self.buyer, *self.by_guide.values()) for each in own),
            *(answer.text for each in self.interviews for answer in each.answers),
            *(row["text"] for row in self.sentences),
            *(topic_text(topic) for guide in guides().values() for topic in guide.topics),
        ]

    def of_other_guides(self) -> tuple[list[str], list[ObjectiveExample]]:
        """Texts of topics, and objectives of similar lengths."""
        topics: list[str] = []
        examples = []
        length = random.random()
        for guide in random.sample([*self.by_guide], 3):
            keys = _shuffled([topic.key for topic in guides()[guide].topics], 3)
            places = range(len(topics), len(topics) + len(keys))
            topics += [self.topic_text(guide, key) for key in keys]
            own = self.by_guide[guide]
            start = int(length * max(1, len(own) - 12))
            for each in random.sample(own[start : start + 12], min(9, len(own) - start)):
                is_mixed = random.random() < SHARE_WITH_NEUTRAL
                text = self.neutral.around(each.text, each.language) if is_mixed else each.text
                labels = _labels(each)
                found = [labels.get(key, NEITHER) for key in keys]
                examples.append(_with_placeholder(ObjectiveExample(text, places, found, each.subjects)))
        return topics, examples

    def of_buyer(self) -> tuple[list[str], list[ObjectiveExample]]:
        keys = _shuffled([topic.key for topic in self.wordings[0].topics], 4)
        chosen = sorted(random.sample(self.buyer, 60), key=lambda each: len(each.text))
        start = random.randint(0, 40)
        examples = []
        for each in chosen[start : start + 20]:
            text, labels, kind = each.text, _labels(each), random.random()
            if kind < SHARE_WITH_NEUTRAL:
                text = self.neutral.around(text, each.language, asks=ASKED in labels.values())
            elif kind < SHARE_WITH_NEUTRAL + SHARE_JOINED:
                text, labels = _joined(each, random.choice(self.buyer))
            examples.append(ObjectiveExample(text, range(len(keys)), [labels.get(key, NEITHER) for key in keys], None))
        return [self.topic_text(BUYER, key) for key in keys], examples

    def answers(self) -> list[AnswerExample]:
        """Of similar lengths, for two guides."""
        chosen = {random.choice(self.interviews).guide for _ in range(2)}
        pool = [(each, answer) for each in self.interviews if each.guide in chosen for answer in each.answers]
        pool = sorted(random.sample(pool, min(56, len(pool))), key=lambda pair: len(pair[1].text))
        start = random.randint(0, max(0, len(pool) - 14))
        examples = []
        for interview, answer in pool[start : start + 14]:
            known = random.choice((1, 1, 0.5, 0))
            names = names_of(interview.vendor, [each for each in interview.competitors if random.random() < known])
            question = "" if random.random() < 0.1 else self._topic(interview.guide, answer.asked).question
            examples.append(AnswerExample(_some_clause(answer), named(question), names, interview.guide))
        return examples

    def sentences_alone(self) -> tuple[list[str], list[AnswerExample]]:
        """Their kinds, and the sentences as answers to any question."""
        chosen = random.sample(self.sentences, 24)
        examples = []
        for row in chosen:
            clause = Clause(row["text"], (), "", "", "", False, "")
            question = random.choice(random.choice(self.wordings).topics).question
            examples.append(AnswerExample(Answer("", 1, row["language"], "", (clause,)), named(question), {}, BUYER))
        return [row["kind"] for row in chosen], examples

    def _of_acts(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in rows("single_answers.tsv"):
            if row["set"] in SETS_FOR_TRAINING:
                found.setdefault(ACTS_OF_SINGLE_ANSWERS[row["label"]], []).append(row["text"])
        for interview in self.interviews:
            for clause in (clause for answer in interview.answers for clause in answer.clauses if clause.act):
                found.setdefault(clause.act, []).append(clause.text)
        return found

    def acts(self) -> list[AnswerExample]:
        """Single answers with an act, each act as often as the others, and innocent ones."""
        examples = []
        for _ in range(28):
            act = "" if random.random() < SHARE_INNOCENT else random.choice([*self.of_acts])
            clause = Clause(random.choice(self.of_acts[act]), (), "", "", "", False, act)
            question = random.choice(random.choice(self.wordings).topics).question
            examples.append(AnswerExample(Answer("", 1, "", "", (clause,)), named(question), {}, BUYER))
        return examples

    def topic_text(self, guide: str, key: str) -> str:
        """In other words each time."""
        topic, chance = self._topic(guide, key), random.random()
        for parts, part_of_all in PARTS_OF_A_TOPIC:
            if chance < part_of_all:
                return topic_text(topic, *parts.split()) or topic_text(topic, "title")
            chance -= part_of_all
        return topic_text(topic)

    def _topic(self, guide: str, key: str) -> LabelledTopic:
        return (random.choice(self.wordings) if guide == BUYER else guides()[guide]).topic(key)


class Neutral:
    """Sentences that change no label."""

    def __init__(self, objectives: Sequence[Objective]) -> None:
        self.texts: dict[tuple[str, str], list[str]] = {}
        for row in rows("neutral.tsv"):
            self.texts.setdefault((row["kind"], row["language"]), []).append(row["text"])
        for each in objectives:
            if not _labels(each):
                self.texts.setdefault(("without topics", each.language), []).append(each.text)

    def around(self, text: str, language: str, *, asks: bool | None = None) -> str:
        """`asks`: whether the objective asks about a topic of `buyer`. Background facts change nothing beside it."""
        parts = _BOUNDARY.split(text.strip())
        kinds = ["remark"] + (["without topics"] if asks is not None else []) + (["fact"] if asks else [])
        for _ in range(random.randint(1, MOST_NEUTRAL)):
            own = language if random.random() < SHARE_OF_SAME_LANGUAGE else random.choice(_LANGUAGES)
            options = self.texts.get((random.choice(kinds), own)) or self.texts["remark", "en"]
            place = random.choice((0, len(parts), random.randint(0, len(parts))))
            parts.insert(place, self._filled(random.choice(options), own))
        return "".join(part + _joint(part) for part in parts if part).strip()

    def _filled(self, text: str, language: str) -> str:
        def name(kind: re.Match[str]) -> str:
            return random.choice(self.texts.get((kind[1], language)) or self.texts[kind[1], "*"])

        return _NAME.sub(name, text)


def topic_text(topic: LabelledTopic, *parts: str) -> str:
    texts = (getattr(topic, part) for part in parts or ("title", "question", "about"))
    return ". ".join(named(text).rstrip(".") for text in texts if text)


def named(text: str) -> str:
    return text.replace("{vendor}", "the vendor")


def _labels(objective: Objective) -> dict[str, int]:
    return {
        **dict.fromkeys(objective.asked, ASKED),
        **dict.fromkeys(objective.optional, OPTIONAL),
        **dict.fromkeys(objective.avoided, AVOIDED),
    }


def _joined(one: Objective, other: Objective) -> tuple[str, dict[str, int]]:
    """The first alone, if the second contradicts it, or makes it too long."""
    first, second = _labels(one), _labels(other)
    shared = ((first[key], second[key]) for key in first & second.keys())
    contradicts = any(AVOIDED in labels and labels[0] != labels[1] for labels in shared)
    says_nothing = not {ASKED, AVOIDED} & {*first.values()}
    if contradicts or says_nothing or len(one.text) + len(other.text) >= LONGEST_JOINED:
        return one.text, first
    both = {key: min(labels[key] for labels in (first, second) if key in labels) for key in {**first, **second}}
    return f"{one.text}{'' if one.text[-1] in '.!?' else '.'} {other.text}", both


def _with_placeholder(example: ObjectiveExample) -> ObjectiveExample:
    names = [each for each in example.subjects or () if each.isalpha() and each.istitle()]
    if not names or random.random() > SHARE_OF_PLACEHOLDERS:
        return example
    name, other = re.compile(rf"\b{random.choice(names)}\b"), random.choice(PLACEHOLDERS)
    subjects = tuple(name.sub(other, each) for each in example.subjects or ())
    return example._replace(text=name.sub(other, example.text), subjects=subjects)


def _some_clause(answer: Answer) -> Answer:
    """Or the whole answer. Of those that speak for nobody, fewer."""
    clauses = [each for each in answer.clauses if each.speaks or random.random() < 0.3]
    if len(answer.clauses) == 1 or not clauses or random.random() > SHARE_ALONE:
        return answer
    return replace(answer, clauses=(random.choice(clauses),))


def _shuffled(keys: list[str], least: int) -> list[str]:
    """Sometimes without one to three of them."""
    random.shuffle(keys)
    return keys[: max(least, len(keys) - random.randint(1, 3))] if random.random() < 0.3 else keys


def _joint(part: str) -> str:
    return random.choice((" ", " ", "\n") if part[-1] in ".!?,:" else (". ", ". ", "\n"))
