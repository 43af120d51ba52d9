import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from hindsight.limits.memory import Memory
from interviews.models import InterviewRequest
from interviews.paige.guide.guide import MAX_GUIDES, Guide
from interviews.paige.guide.texts import FollowUpKind


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


def guides_of(interview_request: InterviewRequest) -> tuple[Guide, ...]:
    """The first is the guide of the current language, a second one that of the language before the contact switched.

    Raises GuideError.
    """
    own, conversation = guide_of(interview_request), getattr(interview_request, "conversation", None)
    if conversation is None or not conversation.language:
        return (own,)
    other = _parsed(conversation.translation)[1]
    return (other, own) if conversation.language == other.language else (own, other)


def guide_of(interview_request: InterviewRequest) -> Guide:
    """In the language of the interview type. Raises GuideError."""
    version = interview_request.guide_version
    return guide_of_version(interview_request.interview_type_id, version, lambda: interview_request.guide)


def guide_of_version(interview_type_id: int, version: int, read: Callable[[], object]) -> Guide:
    """Raises GuideError."""
    digest = _digests.get((interview_type_id, version))
    guide = _guides.get(digest) if digest else None
    if guide is None:
        digest, guide = _parsed(read())
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


def _parsed(data: object) -> tuple[bytes, Guide]:
    digest = sha256(json.dumps(data, sort_keys=True).encode()).digest()
    guide = _guides.get(digest) or Guide.from_data(data)
    _guides.add(digest, guide)
    return digest, guide


def forget_guides() -> None:
    """For tests: rows of several tests have the same ids."""
    _digests.clear()
    _outlines.clear()
