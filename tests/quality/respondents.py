"""Scripted respondents from respondents/*.toml, with labels by the author of the answers.

An answer may begin with labels: "asks:meaning declines | Which search?". They say what a careful interviewer would hear
in the answer. Measures use the labels only, never Paige's own reading.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import cycle
from pathlib import Path
from typing import Any, Self

from interviews.paige.turn.compose import Message

FOLDER = Path(__file__).with_name("respondents")
OTHERWISE = "otherwise"

_LABELS = re.compile(r"((?:[a-z]+(?::[a-z_]+)?\s)+)\| ?")


class Label(StrEnum):
    """`answers:TOPIC` and `denies:TOPIC` name another topic than the one that was asked."""

    ASKS_MEANING = "asks:meaning"
    ASKS_PURPOSE = "asks:purpose"
    ASKS_TO_REPEAT = "asks:repeat"
    ASKS_ABOUT_AI = "asks:ai"
    ASKS_WHO_READS = "asks:who"
    ASKS_HOW_LONG = "asks:how_long"
    ASKS_ABOUT_LANGUAGE = "asks:language"
    ASKS_IF_ENOUGH = "asks:enough"
    ASKS_OTHER = "asks:other"
    WANTS_TO_STOP = "stops"
    WANTS_A_PERSON = "person"
    WANTS_DELETION = "deletion"
    DECLINES = "declines"
    DENIES = "denies"
    SAID_BEFORE = "repeats"
    ANSWERS = "answers"


@dataclass(frozen=True)
class Answer:
    """`topics`: the other topics that it answers, or whose premise it denies."""

    text: str
    labels: frozenset[Label] = frozenset()
    topics: frozenset[str] = frozenset()

    @classmethod
    def from_script(cls, line: str) -> Self:
        """Raises ValueError for an unknown label."""
        found = _LABELS.match(line)
        names = found[1].split() if found else []
        about = [name.split(":") for name in names if name.startswith(("answers:", "denies:"))]
        labels = {Label(name) for name in names if name.split(":") not in about}
        return cls(line[found.end() :] if found else line, frozenset(labels), frozenset(topic for _, topic in about))


@dataclass(frozen=True, kw_only=True)
class Contact:
    name: str
    contact: str
    guide: str = "win_loss_buyer"
    language: str = "en"
    objective: str = ""
    notes: str = ""


@dataclass(frozen=True, kw_only=True)
class Respondent(Contact):
    """`answers`: in their order by topic. When those of a topic are used up, the ones under OTHERWISE follow."""

    answers: Mapping[str, tuple[Answer, ...]]

    @classmethod
    def from_script(cls, name: str, script: dict[str, Any]) -> Self:
        answers = {topic: tuple(map(Answer.from_script, lines)) for topic, lines in script.pop("answers").items()}
        return cls(name=name, answers=answers, **script)


@dataclass
class Replies:
    """Answers Paige's messages. `given`: the answers so far."""

    respondent: Respondent
    given: list[Answer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._left = {topic: iter(answers) for topic, answers in self.respondent.answers.items()}
        self._left[OTHERWISE] = cycle(self.respondent.answers[OTHERWISE])

    def to(self, topic: str) -> str:
        answer = next(self._left.get(topic, iter(())), None) or next(self._left[OTHERWISE])
        self.given.append(answer)
        return answer.text

    def __call__(self, message: Message) -> str:
        return self.to(message.utterance.topic)


def respondents() -> Iterator[Respondent]:
    for path in sorted(FOLDER.glob("*.toml")):
        yield Respondent.from_script(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
