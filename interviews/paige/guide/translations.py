"""The same guide in another language, to which the contact may switch."""

from dataclasses import replace

from interviews.paige.guide.guide import Guide
from interviews.paige.guide.texts import FollowUpKind


def is_translation(guide: Guide, other: Guide) -> bool:
    """Topics and follow-ups correspond, so that a stored key or index means the same in both."""
    return guide.language != other.language and _outline(guide) == _outline(other)


def with_phrases_of(guide: Guide, other: Guide) -> Guide:
    """Answers in the language of `other` name the topics too."""
    topics = (replace(each, phrases=(*each.phrases, *other.topic(each.key).phrases)) for each in guide.topics)
    return replace(guide, topics=tuple(topics))


def _outline(guide: Guide) -> dict[str, list[FollowUpKind]]:
    return {topic.key: [follow_up.kind for follow_up in topic.follow_ups] for topic in guide.topics}
