from dataclasses import dataclass, replace
from typing import Self

from interviews.paige.guide.guide import Guide
from interviews.paige.guide.texts import FollowUpKind


@dataclass(frozen=True)
class Outline:
    """What guides are compared by."""

    language: str
    topics: frozenset[tuple[str, tuple[FollowUpKind, ...]]]
    questions: frozenset[str]

    @classmethod
    def of(cls, guide: Guide) -> Self:
        topics = ((topic.key, tuple(follow_up.kind for follow_up in topic.follow_ups)) for topic in guide.topics)
        return cls(guide.language, frozenset(topics), frozenset(topic.question for topic in guide.every_topic))

    def is_translation_of(self, other: Self) -> bool:
        """Topics and follow-ups correspond, so that a stored key or index means the same in both, and no question is
        still that of the other guide.
        """
        is_other = self.language != other.language and self.questions.isdisjoint(other.questions)
        return is_other and self.topics == other.topics


def with_phrases_of(guide: Guide, other: Guide) -> Guide:
    """Answers in the language of `other` name the topics too."""
    topics = (replace(each, phrases=(*each.phrases, *other.topic(each.key).phrases)) for each in guide.topics)
    return replace(guide, topics=tuple(topics))
