"""Stores readings as a worker would, so that a test does not depend on the weights of the reader."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from interviews.models import InterviewRequest
from interviews.paige.reading.readings import ObjectiveReading, TopicReading
from interviews.paige.reading.stored import SteeringReading, TextReading, digest_of


def store_steering(
    interview_request: InterviewRequest,
    *,
    emphasize: Iterable[str] = (),
    avoid: Iterable[str] = (),
    subjects: Iterable[str] = (),
    avoided_by_notes: Iterable[str] = (),
) -> str:
    """The words that decide are the whole text. Returns what is stored."""
    row = InterviewRequest.objects.with_versions().get(pk=interview_request.pk)
    objective = TextReading(
        _digest(row, row.objective),
        ObjectiveReading(
            (*_topics(row.objective, emphasize), *_topics(row.objective, avoid, is_avoided=True)),
            tuple((subject, "") for subject in subjects),
        ),
    )
    notes = ObjectiveReading(_topics(row.contact.notes, avoided_by_notes, is_avoided=True))
    reason = TextReading(_digest(row, ""), ObjectiveReading())
    text = SteeringReading(objective, TextReading(_digest(row, row.contact.notes), notes), reason).text
    InterviewRequest.objects.store_reading(row.pk, text)
    return text


def store_reason(interview_request: InterviewRequest, *topics: str) -> None:
    """The topics that the reported reason of its deal names."""
    row: Any = InterviewRequest.objects.with_versions().get(pk=interview_request.pk)
    text, blank = row.reported_deal.reported_reason, TextReading(_digest(row, ""), ObjectiveReading())
    reason = TextReading(_digest(row, text, row.reported_deal.competitor), ObjectiveReading(_topics(text, topics)))
    InterviewRequest.objects.store_reading(row.pk, SteeringReading(blank, blank, reason).text)


def reader_of(topics: Mapping[str, str], subjects: Collection[str] = ()) -> Callable[..., ObjectiveReading]:
    """Replaces read_objective(): finds the topics by words of the text, and the subjects in it."""

    def read(text: str, *_: Any) -> ObjectiveReading:
        found = sorted((text.index(word), word) for word in topics if word in text)
        asked = tuple(TopicReading(topics[word], False, word, start) for start, word in found)
        return ObjectiveReading(asked, tuple((each, "") for each in subjects if each in text))

    return read


def _digest(row: InterviewRequest, text: str, *competitor: str) -> str:
    return digest_of(text, row.interview_type_id, row.guide_version, *competitor)


def _topics(text: str, keys: Iterable[str], *, is_avoided: bool = False) -> tuple[TopicReading, ...]:
    return tuple(TopicReading(key, is_avoided, text, 0) for key in keys)
