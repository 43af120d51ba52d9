import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Self

from interviews.paige.guide.serializers import GuideError, validated
from interviews.paige.guide.texts import CLOSING, QUOTE, VENDOR, WEAK, FollowUpKind
from interviews.paige.guide.topic_names import TopicNames, TopicPhrase
from interviews.paige.language.automaton import PatternAutomaton
from interviews.paige.language.lexicons import Phrase, phrases, wording
from interviews.paige.language.patterns import Patterns

__all__ = ["CLOSING", "FollowUp", "FollowUpKind", "Guide", "GuideError", "Topic", "shipped_guide", "shipped_guides"]

MAX_GUIDES = 64

GUIDES = Path(__file__).resolve().parents[2] / "guides"
ENCODED_GUIDE = "win_loss_buyer"


@dataclass(frozen=True)
class FollowUp:
    """`template`: the text as authored. A vendor's name in `text` may look like a placeholder."""

    kind: FollowUpKind
    text: str
    template: str

    @property
    def takes_quote(self) -> bool:
        return QUOTE in self.template


@dataclass(frozen=True)
class Topic:
    """Core topics are asked even if few turns are left. `rephrasing`, `reason`, `bridge` and `about` may be empty.

    `siblings`: the keys of topics that ask for the same in other words. `bridge` announces the topic. `about`: what the
    contact may tell of there, in a sentence that only the reader sees.
    """

    key: str
    title: str
    core: bool
    phrases: tuple[str, ...]
    question: str
    rephrasing: str
    reason: str
    follow_ups: tuple[FollowUp, ...]
    objective_phrases: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()
    bridge: str = ""
    about: str = ""

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        follow_ups = tuple(
            FollowUp(FollowUpKind(each["kind"]), each["text"], each["text"]) for each in fields["follow_ups"]
        )
        # By language: PostgreSQL keeps no order of keys, and equal guides share an automaton.
        objective = tuple(
            chain.from_iterable(phrases for _, phrases in sorted(fields.get("objective_phrases", {}).items()))
        )
        lists = {name: tuple(fields.get(name, ())) for name in ("phrases", "siblings")}
        return cls(**{**fields, **lists, "objective_phrases": objective, "follow_ups": follow_ups})

    @property
    def described(self) -> str:
        """What objectives and answers are compared with."""
        return ". ".join(text.rstrip(".") for text in (self.title, self.question, self.about) if text)

    def phrases_in(self, text: str) -> set[str]:
        return set(_found(self.phrases, text))

    def wordings(self) -> tuple[str, ...]:
        texts = (self.question, self.rephrasing, self.reason, *(each.text for each in self.follow_ups))
        return tuple(filter(None, texts))

    def for_vendor(self, vendor: str) -> Self:
        def named(text: str) -> str:
            return text.replace(VENDOR, vendor)

        return replace(
            self,
            title=named(self.title),
            question=named(self.question),
            rephrasing=named(self.rephrasing),
            reason=named(self.reason),
            bridge=named(self.bridge),
            follow_ups=tuple(replace(each, text=named(each.text)) for each in self.follow_ups),
        )


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
        title = wording(Phrase("closing_title"), fields["language"])
        question, follow_ups = fields.pop("closing_question"), _closing_follow_ups(fields["language"])
        closing = Topic(CLOSING, title, True, (), question, "", "", follow_ups)
        return cls(**fields, topics=topics, closing=closing)

    @cached_property
    def topic_names(self) -> TopicNames:
        return _topic_names(tuple((topic.key, topic.objective_phrases) for topic in self.topics))

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


@lru_cache(maxsize=MAX_GUIDES)
def _topic_names(topics: tuple[tuple[str, tuple[str, ...]], ...]) -> TopicNames:
    phrases = PatternAutomaton(
        (Patterns().parse(phrase.rstrip(WEAK)), TopicPhrase(key, phrase.endswith(WEAK)))
        for key, objective_phrases in topics
        for phrase in objective_phrases
    )
    known = _encoded_topics()
    return TopicNames(phrases, frozenset(key for key, own in topics if own and known.get(key) == frozenset(own)))


@cache
def _encoded_topics() -> dict[str, frozenset[str]]:
    """Topics with other `objective_phrases` are not encoded: they may mean something else."""
    topics = map(Topic.from_fields, validated(shipped_guide(ENCODED_GUIDE))["topics"])
    return {topic.key: frozenset(topic.objective_phrases) for topic in topics}


def _closing_follow_ups(language: str) -> tuple[FollowUp, ...]:
    kinds = FollowUpKind.REASON, FollowUpKind.CONSEQUENCE
    return tuple(FollowUp(kind, text, text) for kind in kinds for text in phrases(language)[f"closing_{kind}"])


@lru_cache(maxsize=2048)
def _found(phrases: tuple[str, ...], text: str) -> frozenset[str]:
    plain = text.casefold()
    return frozenset(
        phrase
        for phrase in phrases
        if phrase.casefold() in plain and re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text, re.IGNORECASE)
    )


def shipped_guides() -> list[str]:
    return sorted(path.stem for path in GUIDES.glob("*.json"))


def shipped_guide(name: str) -> dict[str, Any]:
    guide: dict[str, Any] = json.loads((GUIDES / f"{name}.json").read_text(encoding="utf-8"))
    return guide
