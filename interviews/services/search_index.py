from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from hindsight.db.full_text import configuration_of, words_of
from hindsight.text.languages import ENGLISH
from interviews.lifecycle import Speaker
from interviews.models import IndexedAnswer, Transcript
from interviews.paige.answers.transcript_markdown import Block, blocks
from interviews.services.missing_rows import add_missing_rows
from interviews.services.state import language_of

Topics = Mapping[int, str]


def index_answers(transcript: Transcript) -> None:
    """Call it in the transaction that writes the content."""
    interview_request = transcript.interview_request
    IndexedAnswer.objects.filter(interview_request=interview_request).delete()
    topics = {
        **topics_of_excerpts(transcript.key_answers),
        **dict(interview_request.turns.values_list("number", "topic")),
    }
    IndexedAnswer.objects.bulk_create(
        IndexedAnswer(
            org_id=transcript.org_id,
            interview_request=interview_request,
            completed_at=interview_request.completed_at,  # type: ignore[misc]  # of a completed one
            **values,
        )
        for values in indexed_values(transcript.content, topics, language_of(interview_request))
    )


def indexed_values(content: str, topics: Topics, language: str) -> Iterator[dict[str, Any]]:
    """Yields the last answer first: hits are ordered by descending id. Skips are left out.

    A content that is not a transcript has no answers.
    """
    configuration = configuration_of(language)
    for turn, block in reversed([*enumerate(_blocks(content), start=1)]):
        if block.speaker == Speaker.CONTACT and block.text:
            yield {
                "topic": topics.get(turn, ""),
                "turn": turn,
                "start": block.start,
                "end": block.start + len(block.markdown),
                "configuration": configuration,
                "words": words_of(block.markdown, configuration),
            }


def _blocks(content: str) -> list[Block]:
    try:
        return blocks(content)
    except ValueError:
        return []


def topics_of_excerpts(key_answers: list[Any]) -> dict[int, str]:
    """Topics by turn, for demo data, which has no turns."""
    return {place["turn"]: each["topic"] for each in key_answers for place in each.get("places", [])}


def index_missing_answers(*, dry_run: bool = False) -> Counter[str]:
    """Of interviews that a server of the release before has completed. Returns the number of interviews by org."""
    every = Transcript.objects.all()
    return add_missing_rows(IndexedAnswer, index_answers, of=every, is_due=_has_answers, dry_run=dry_run)


def _has_answers(transcript: Transcript) -> bool:
    return any(indexed_values(transcript.content, {}, ENGLISH))
