from django.core.exceptions import ValidationError
from rest_framework import serializers

from deals.models import Outcome
from deals.text import MAX_LABEL_LENGTH, clean_label
from hindsight.api.pagination import PageQuery
from hindsight.api.serializers import TextField, TimeField
from hindsight.db.full_text import quoted_terms
from hindsight.text.storable import clean_text
from interviews.lifecycle import Direction

MAX_QUERY_LENGTH = 200
MAX_TOPIC_LENGTH = 40

NO_WORDS = 'Send at least one word, or a phrase in quotation marks such as "too expensive".'


def clean_query(text: str) -> str:
    if not quoted_terms(clean_text(text, MAX_QUERY_LENGTH)):
        raise ValidationError(NO_WORDS)
    return text


def clean_topic(topic: str) -> str:
    return clean_text(topic, MAX_TOPIC_LENGTH)


class FindingQuery(PageQuery):
    completed_after = TimeField(required=False, help_text="Only interviews that were completed later.")
    completed_before = TimeField(required=False, help_text="Only interviews that were completed earlier.")
    topic = TextField(
        clean=clean_topic,
        schema={"minLength": 1, "maxLength": MAX_TOPIC_LENGTH},
        required=False,
        help_text="Only those on this topic: its key in the interview type's guide, such as `pricing`.",
    )
    direction = serializers.ChoiceField(
        choices=Direction.choices,
        required=False,
        error_messages={"invalid_choice": f"Send one of {', '.join(Direction.values)}."},
        help_text="Only those with this direction.",
    )
    outcome = serializers.ChoiceField(
        choices=Outcome.choices,
        required=False,
        error_messages={"invalid_choice": f"Send one of {', '.join(Outcome.values)}."},
        help_text="Only those on deals with this outcome.",
    )
    competitor = TextField(
        clean=clean_label,
        schema={"minLength": 1, "maxLength": MAX_LABEL_LENGTH},
        required=False,
        help_text="Only those on deals with this competitor, in the same spelling.",
    )


class TranscriptSearchQuery(PageQuery):
    q = TextField(
        clean=clean_query,
        schema={"minLength": 1, "maxLength": MAX_QUERY_LENGTH, "examples": ['"too expensive" discount']},
        help_text="Words, and phrases in quotation marks. An answer has to have all of them.",
    )
    completed_after = TimeField(required=False, help_text="Only interviews that were completed later.")
    completed_before = TimeField(required=False, help_text="Only interviews that were completed earlier.")
    topic = TextField(
        clean=clean_topic,
        schema={"minLength": 1, "maxLength": MAX_TOPIC_LENGTH},
        required=False,
        help_text="Only answers to questions on this topic, and answers with a driver on it: a key of the interview "
        "type's guide, such as `pricing`.",
    )
    direction = serializers.ChoiceField(
        choices=Direction.choices,
        required=False,
        error_messages={"invalid_choice": f"Send one of {', '.join(Direction.values)}."},
        help_text="Only answers with a driver of this direction. With `topic`: a driver on this topic.",
    )
