import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from interviews.paige.guide.rules import GuideError, validated
from interviews.paige.guide.texts import CLOSING, QUOTE, VENDOR, FollowUpKind
from interviews.paige.language import phrases

__all__ = ["CLOSING", "FollowUp", "FollowUpKind", "Guide", "GuideError", "Topic", "shipped_guide", "shipped_guides"]

MAX_GUIDES = 64

GUIDES = Path(__file__).resolve().parents[2] / "guides"


@dataclass(frozen=True)
class FollowUp:
    """`template`: the authored text. `text` has the vendor's name, which may look like a placeholder."""

    kind: FollowUpKind
    text: str
    template: str

    @classmethod
    def of(cls, kind: str, text: str) -> Self:
        return cls(FollowUpKind(kind), text, text)

    @property
    def takes_quote(self) -> bool:
        return QUOTE in self.template


@dataclass(frozen=True)
class Topic:
    """Core topics are asked even if few turns are left. `siblings`: the keys of topics that ask for the same in other
    words. `bridge` announces the topic. `about` describes what the contact may tell; only the reader gets it.
    """

    key: str
    title: str
    core: bool
    question: str
    rephrasing: str
    reason: str
    follow_ups: tuple[FollowUp, ...]
    siblings: tuple[str, ...] = ()
    bridge: str = ""
    about: str = ""

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        follow_ups = tuple(FollowUp.of(**each) for each in fields["follow_ups"])
        siblings = tuple(fields.get("siblings", ()))
        return cls(**{**fields, "siblings": siblings, "follow_ups": follow_ups})

    @property
    def described(self) -> str:
        """The text that objectives and answers are compared with."""
        return ". ".join(text.rstrip(".") for text in (self.title, self.question, self.about) if text)

    def wordings(self) -> tuple[str, ...]:
        texts = (self.question, self.rephrasing, self.reason, *(each.text for each in self.follow_ups))
        return tuple(filter(None, texts))

    def for_vendor(self, vendor: str) -> Self:
        names = ("title", "question", "rephrasing", "reason", "bridge")
        texts = {name: getattr(self, name).replace(VENDOR, vendor) for name in names}
        follow_ups = tuple(replace(each, text=each.text.replace(VENDOR, vendor)) for each in self.follow_ups)
        return replace(self, **texts, follow_ups=follow_ups)


@dataclass(frozen=True)
class Guide:
    """`purpose` is shown to the contact."""

    name: str
    version: int
    language: str
    estimated_minutes: int
    max_turns: int
    purpose: str
    topics: tuple[Topic, ...]
    closing: Topic

    @classmethod
    def from_data(cls, data: object) -> Self:
        """Raises GuideError."""
        fields = validated(data)
        topics = tuple(map(Topic.from_fields, fields.pop("topics")))
        own, kinds = phrases(fields["language"]), (FollowUpKind.REASON, FollowUpKind.CONSEQUENCE)
        follow_ups = tuple(FollowUp.of(kind, text) for kind in kinds for text in own[f"closing_{kind}"])
        closing = Topic(CLOSING, own["closing_title"][0], True, fields.pop("closing_question"), "", "", follow_ups)
        return cls(**fields, topics=topics, closing=closing)

    @property
    def every_topic(self) -> tuple[Topic, ...]:
        """The closing question is the last."""
        return (*self.topics, self.closing)

    def topic(self, key: str) -> Topic:
        """Raises KeyError."""
        return {topic.key: topic for topic in self.every_topic}[key]

    def siblings_of(self, key: str) -> frozenset[str]:
        """Either topic may name the other."""
        return frozenset(
            topic.key for topic in self.every_topic if key in topic.siblings or topic.key in self.topic(key).siblings
        )

    def for_vendor(self, vendor: str) -> Self:
        return replace(
            self,
            purpose=self.purpose.replace(VENDOR, vendor),
            topics=tuple(topic.for_vendor(vendor) for topic in self.topics),
            closing=self.closing.for_vendor(vendor),
        )


def shipped_guides() -> list[str]:
    return sorted(path.stem for path in GUIDES.glob("*.json"))


def shipped_guide(name: str) -> dict[str, Any]:
    guide: dict[str, Any] = json.loads((GUIDES / f"{name}.json").read_text(encoding="utf-8"))
    return guide
