"""The question guide of an interview type. guide_serializers.py has the JSON format and its rules."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Self

from rest_framework.serializers import ValidationError

from interviews.paige.guide_serializers import CLOSING, VENDOR, GuideSerializer, ProbeOrder, problem_lines

__all__ = ["CLOSING", "Guide", "GuideError", "Probe", "ProbeOrder", "Topic", "shipped_guide"]

GUIDES = Path(__file__).resolve().parent.parent / "guides"

SHOWN_PROBLEMS = 20


class GuideError(ValueError):
    """Each of `problems` begins with the path of the value that is wrong."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Probe:
    order: ProbeOrder
    text: str


@dataclass(frozen=True)
class Topic:
    """Core topics are asked even if few turns are left."""

    key: str
    title: str
    core: bool
    keywords: tuple[str, ...]
    question: str
    probes: tuple[Probe, ...]

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        probes = tuple(Probe(ProbeOrder(probe["order"]), probe["text"]) for probe in fields["probes"])
        return cls(**{**fields, "keywords": tuple(fields["keywords"]), "probes": probes})

    def is_named_in(self, text: str) -> bool:
        """Whether a text contains one of the topic's keywords as whole words."""
        return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) for word in self.keywords)

    def wordings(self) -> tuple[str, ...]:
        """Every text of this topic that a contact may see."""
        return (self.question, *(probe.text for probe in self.probes))

    def for_vendor(self, vendor: str) -> Self:
        return replace(
            self,
            title=self.title.replace(VENDOR, vendor),
            question=self.question.replace(VENDOR, vendor),
            probes=tuple(replace(probe, text=probe.text.replace(VENDOR, vendor)) for probe in self.probes),
        )


@dataclass(frozen=True)
class Guide:
    """`purpose` is shown to the contact."""

    name: str
    version: int
    estimated_minutes: int
    max_turns: int
    purpose: str
    topics: tuple[Topic, ...]
    closing: Topic

    @classmethod
    def from_data(cls, data: object) -> Self:
        """Raises GuideError, with at most SHOWN_PROBLEMS problems."""
        try:
            fields = GuideSerializer().run_validation(data)
        except ValidationError as error:
            raise GuideError(islice(problem_lines(error.detail), SHOWN_PROBLEMS)) from None
        topics = tuple(map(Topic.from_fields, fields.pop("topics")))
        closing = Topic(CLOSING, "Anything not asked", True, (), fields.pop("closing_question"), ())
        return cls(**fields, topics=topics, closing=closing)

    @property
    def every_topic(self) -> tuple[Topic, ...]:
        """The closing question is the last."""
        return (*self.topics, self.closing)

    def topic(self, key: str) -> Topic:
        """Raises KeyError."""
        return {topic.key: topic for topic in self.every_topic}[key]

    def for_vendor(self, vendor: str) -> Self:
        return replace(
            self,
            purpose=self.purpose.replace(VENDOR, vendor),
            topics=tuple(topic.for_vendor(vendor) for topic in self.topics),
            closing=self.closing.for_vendor(vendor),
        )


def shipped_guide(name: str) -> dict[str, Any]:
    """A file in interviews/guides, such as "win_loss_buyer"."""
    guide: dict[str, Any] = json.loads((GUIDES / f"{name}.json").read_text(encoding="utf-8"))
    return guide
