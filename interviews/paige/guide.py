"""The question guide of an interview type: its topics, their questions and the follow-ups to each.

A guide is stored as JSON that staff can edit. `Guide.from_data` is the one door from JSON to these records.
"""

import json
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from interviews.paige.guide_reader import VENDOR, GuideError, Reader, check_distinct

__all__ = ["CLOSING", "Guide", "GuideError", "Probe", "ProbeOrder", "Topic", "shipped_guide"]

GUIDES = Path(__file__).resolve().parent.parent / "guides"

CLOSING = "closing"
"""The key of the closing question, which is a topic like any other once all of the guide's own are done."""


class ProbeOrder(StrEnum):
    """What a follow-up asks for, in the order in which follow-ups to one topic are put."""

    INSTANCE = "instance"
    COMPARISON = "comparison"
    REASON = "reason"
    CONSEQUENCE = "consequence"


@dataclass(frozen=True)
class Probe:
    """A follow-up to a topic's question."""

    order: ProbeOrder
    text: str

    @classmethod
    def from_reader(cls, reader: Reader, expected: ProbeOrder) -> Self:
        """Reads one probe, which has to ask for what its place in the list says."""
        reader.allow_only("order", "text")
        if reader.text("order") != expected:
            raise reader.error("order", f'must be "{expected}": probes stand in the order {", ".join(ProbeOrder)}')
        return cls(order=expected, text=reader.question("text"))


@dataclass(frozen=True)
class Topic:
    """One subject of the interview. A core topic is asked however short the interview gets."""

    key: str
    title: str
    core: bool
    keywords: tuple[str, ...]
    question: str
    probes: tuple[Probe, ...]

    @classmethod
    def from_reader(cls, reader: Reader) -> Self:
        """Reads one topic with its probes."""
        reader.allow_only("key", "title", "core", "keywords", "question", "probes")
        return cls(
            key=reader.slug("key"),
            title=reader.text("title"),
            core=reader.flag("core"),
            keywords=reader.keywords("keywords"),
            question=reader.question("question"),
            probes=tuple(map(Probe.from_reader, reader.objects("probes", count=len(ProbeOrder)), ProbeOrder)),
        )

    def is_named_in(self, text: str) -> bool:
        """Whether the text, an objective for one, holds one of the topic's keywords as whole words."""
        return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) for word in self.keywords)

    def wordings(self) -> tuple[str, ...]:
        """Every text of this topic that a contact may be shown."""
        return (self.question, *(probe.text for probe in self.probes))

    def for_vendor(self, vendor: str) -> Self:
        """This topic with the vendor's name in place of the placeholder."""
        return replace(
            self,
            title=self.title.replace(VENDOR, vendor),
            question=self.question.replace(VENDOR, vendor),
            probes=tuple(replace(probe, text=probe.text.replace(VENDOR, vendor)) for probe in self.probes),
        )


@dataclass(frozen=True)
class Guide:
    """A whole guide. `purpose` is what the contact is told the interview is for."""

    name: str
    version: int
    estimated_minutes: int
    max_turns: int
    purpose: str
    topics: tuple[Topic, ...]
    closing: Topic

    @classmethod
    def from_data(cls, data: object) -> Self:
        """Reads a guide from parsed JSON; raises GuideError, which names the path of the first thing wrong."""
        reader = Reader.of(data, path="guide")
        reader.allow_only("name", "version", "estimated_minutes", "max_turns", "purpose", "topics", "closing_question")
        guide = cls(
            name=reader.text("name"),
            version=reader.number("version", at_most=1_000_000),
            estimated_minutes=reader.number("estimated_minutes", at_most=120),
            max_turns=reader.number("max_turns", at_most=50),
            purpose=reader.text("purpose"),
            topics=tuple(map(Topic.from_reader, reader.objects("topics"))),
            closing=Topic(CLOSING, "Anything not asked", True, (), reader.question("closing_question"), ()),
        )
        guide._check(reader)
        return guide

    def _check(self, reader: Reader) -> None:
        check_distinct("guide.topics", "key", [topic.key for topic in self.every_topic])
        check_distinct("guide", "wording", [text for topic in self.every_topic for text in topic.wordings()])
        needed = sum(topic.core for topic in self.every_topic)
        if self.max_turns < needed:
            raise reader.error("max_turns", f"must leave a turn for each core topic and the closing question: {needed}")

    @property
    def every_topic(self) -> tuple[Topic, ...]:
        """The topics in their order, with the closing one."""
        return (*self.topics, self.closing)

    def topic(self, key: str) -> Topic:
        """The topic of that key, the closing one included; KeyError if the guide has none such."""
        return {topic.key: topic for topic in self.every_topic}[key]

    def for_vendor(self, vendor: str) -> Self:
        """This guide with the vendor's name in place of the placeholder."""
        return replace(
            self,
            purpose=self.purpose.replace(VENDOR, vendor),
            topics=tuple(topic.for_vendor(vendor) for topic in self.topics),
            closing=self.closing.for_vendor(vendor),
        )


def shipped_guide(name: str) -> dict[str, Any]:
    """The JSON of a guide that comes with the project, such as "win_loss_buyer"."""
    guide: dict[str, Any] = json.loads((GUIDES / f"{name}.json").read_text(encoding="utf-8"))
    return guide
