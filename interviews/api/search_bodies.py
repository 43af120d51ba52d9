"""What is sent to the searches in transcripts and findings, and what they return."""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers

from deals.models import Outcome
from deals.text import MAX_LABEL_LENGTH, clean_label
from hindsight.api.json_bodies import ChoiceField, TextField, TimeField
from hindsight.api.pagination import PageQuery, page_of_rows
from hindsight.db.full_text import quoted_terms
from hindsight.text.storable import clean_text
from interviews.api.bodies import DriverSerializer, InterviewRequestIdField, PlaceSerializer
from interviews.api.examples import ANSWER, CONTENT, CREATED, DRIVER, ID, PLACE, SUMMARY
from interviews.lifecycle import Direction

MAX_QUERY_LENGTH = 200
MAX_TOPIC_LENGTH = 40
TOPIC = {"minLength": 1, "maxLength": MAX_TOPIC_LENGTH}


def clean_query(text: str) -> str:
    if not quoted_terms(clean_text(text, MAX_QUERY_LENGTH)):
        raise ValidationError('Send at least one word, or a phrase in quotation marks such as "too expensive".')
    return text


def clean_topic(topic: str) -> str:
    return clean_text(topic, MAX_TOPIC_LENGTH)


class CompletedQuery(PageQuery):
    completed_after = TimeField(required=False, help_text="Only interviews that were completed later.")
    completed_before = TimeField(required=False, help_text="Only interviews that were completed earlier.")


class FindingQuery(CompletedQuery):
    topic = TextField(
        clean=clean_topic,
        schema=TOPIC,
        required=False,
        help_text="Only those on this topic: its key in the interview type's guide, such as `pricing`.",
    )
    direction = ChoiceField(choices=Direction.choices, required=False, help_text="Only those with this direction.")
    outcome = ChoiceField(choices=Outcome.choices, required=False, help_text="Only those on deals with this outcome.")
    competitor = TextField(
        clean=clean_label,
        schema={"minLength": 1, "maxLength": MAX_LABEL_LENGTH},
        required=False,
        help_text="Only those on deals with this competitor, in the same spelling.",
    )


class TranscriptSearchQuery(CompletedQuery):
    q = TextField(
        clean=clean_query,
        schema={"minLength": 1, "maxLength": MAX_QUERY_LENGTH, "examples": ['"too expensive" discount']},
        help_text="Words, and phrases in quotation marks, with at least one letter or digit. An answer has to have "
        "all of them.",
    )
    topic = TextField(
        clean=clean_topic,
        schema=TOPIC,
        required=False,
        help_text="Only answers to questions on this topic, and answers with a driver on it: a key of the interview "
        "type's guide, such as `pricing`.",
    )
    direction = ChoiceField(
        choices=Direction.choices,
        required=False,
        help_text="Only answers with a driver of this direction. With `topic`: a driver on this topic.",
    )


class MatchSerializer(serializers.Serializer[Any]):
    """A word or a phrase that matches."""

    start = serializers.IntegerField(min_value=0, help_text="In Unicode code points of the transcript's content.")
    end = serializers.IntegerField(min_value=1, help_text="After the last code point.")


class TranscriptHit(PlaceSerializer):
    """An answer that matches."""

    interview_request_id = InterviewRequestIdField()
    document_id = serializers.CharField(help_text="Of the transcript in GET /interviews/{id}.")
    deal_id = serializers.CharField(allow_null=True)
    completed_at = serializers.DateTimeField(help_text="When the interview was completed.")
    topic = serializers.CharField(allow_null=True, help_text="The key of the topic of the question.")
    excerpt = serializers.CharField(help_text="The part of the answer that matches, word for word.")
    matches = MatchSerializer(many=True, help_text="The words and phrases in the excerpt that match.")


TranscriptHitPage = page_of_rows("TranscriptHitPage", TranscriptHit)


class Finding(DriverSerializer):
    """A driver, with its interview and its deal."""

    id = serializers.CharField()
    interview_request_id = InterviewRequestIdField()
    document_id = serializers.CharField(help_text="Of the transcript in GET /interviews/{id}.")
    deal_id = serializers.CharField(allow_null=True)
    outcome = serializers.CharField(
        allow_null=True, help_text=f"Of the deal: {', '.join(f'`{one}`' for one in Outcome)}. null if it is not known."
    )
    competitor = serializers.CharField(allow_null=True, help_text="Of the deal.")
    completed_at = serializers.DateTimeField(help_text="When the interview was completed.")


FindingPage = page_of_rows("FindingPage", Finding)


MATCH = "too high"
ABOUT = {
    "interview_request_id": ID,
    "document_id": "doc_310",
    "deal_id": CREATED["deal_id"],
    "completed_at": SUMMARY["completed_at"],
}
HITS = {
    "data": [
        {
            **PLACE,
            **ABOUT,
            "topic": "decision",
            "excerpt": ANSWER,
            "matches": [{"start": CONTENT.index(MATCH), "end": CONTENT.index(MATCH) + len(MATCH)}],
        }
    ],
    "next_cursor": None,
}
FINDINGS = {
    "data": [
        {
            **DRIVER,
            "id": "drv_77",
            **ABOUT,
            "outcome": "lost",
            "competitor": "Competitor X",
        }
    ],
    "next_cursor": None,
}
