"""The guides, and what a process remembers of them: each version of a guide is read and parsed once."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from hindsight.limits.rate_limits import Memory
from interviews.paige.guide.rules import GuideError, validated
from interviews.paige.guide.texts import CLOSING, QUOTE, VENDOR, FollowUpKind
from interviews.paige.language import phrases

# Other modules import them from here.
__all__ = ["CLOSING", "FollowUpKind", "GuideError"]

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


@dataclass(frozen=True)
class Outline:
    """The parts of a guide that tell whether it is a translation of another one."""

    language: str
    topics: frozenset[tuple[str, tuple[FollowUpKind, ...]]]
    questions: frozenset[str]

    @classmethod
    def of(cls, guide: Guide) -> Self:
        topics = ((topic.key, tuple(follow_up.kind for follow_up in topic.follow_ups)) for topic in guide.topics)
        return cls(guide.language, frozenset(topics), frozenset(topic.question for topic in guide.every_topic))

    def is_translation_of(self, other: Self) -> bool:
        """Topics and follow-ups correspond, so that a stored key or index means the same in both, and all questions
        are translated.
        """
        is_other = self.language != other.language and self.questions.isdisjoint(other.questions)
        return is_other and self.topics == other.topics


# By interview type and version: an edit of a guide increases its version, and a conversation copies both.
_digests: Memory[tuple[int, int], bytes] = Memory()
_outlines: Memory[tuple[int, int], Outline] = Memory()
# By digest, because most orgs have the same guides.
_guides: Memory[bytes, Guide] = Memory(MAX_GUIDES)


def guide_of_version(interview_type_id: int, version: int, read: Callable[[], object]) -> Guide:
    """Raises GuideError."""
    digest = _digests.get((interview_type_id, version))
    guide = _guides.get(digest) if digest else None
    if guide is None:
        digest, guide = parsed(read())
        _digests.add((interview_type_id, guide.version), digest)  # not `version`: it may be read after an edit
    return guide


def outline_of_version(interview_type_id: int, version: int, read: Callable[[], object]) -> Outline:
    """Remembers the outlines of more than MAX_GUIDES guides. Raises GuideError."""
    outline = _outlines.get((interview_type_id, version))
    if outline is None:
        guide = guide_of_version(interview_type_id, version, read)
        outline = Outline.of(guide)
        _outlines.add((interview_type_id, guide.version), outline)
    return outline


def parsed(data: object) -> tuple[bytes, Guide]:
    """With the digest of the data. Raises GuideError."""
    digest = sha256(json.dumps(data, sort_keys=True).encode()).digest()
    guide = _guides.get(digest) or Guide.from_data(data)
    _guides.add(digest, guide)
    return digest, guide
