from django.core.exceptions import ValidationError

from deals.models import Outcome
from deals.text import MAX_LABEL_LENGTH, clean_label
from hindsight.api.pagination import PageQuery
from hindsight.api.serializers import ChoiceField, TextField, TimeField
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


class CompletedQuery(PageQuery):
    completed_after = TimeField(required=False, help_text="Only interviews that were completed later.")
    completed_before = TimeField(required=False, help_text="Only interviews that were completed earlier.")


class FindingQuery(CompletedQuery):
    topic = TextField(
        clean=clean_topic,
        schema={"minLength": 1, "maxLength": MAX_TOPIC_LENGTH},
        required=False,
        help_text="Only those on this topic: its key in the interview type's guide, such as `pricing`.",
    )
    direction = ChoiceField(
        choices=Direction.choices,
        required=False,
        help_text="Only those with this direction.",
    )
    outcome = ChoiceField(
        choices=Outcome.choices,
        required=False,
        help_text="Only those on deals with this outcome.",
    )
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
        schema={"minLength": 1, "maxLength": MAX_TOPIC_LENGTH},
        required=False,
        help_text="Only answers to questions on this topic, and answers with a driver on it: a key of the interview "
        "type's guide, such as `pricing`.",
    )
    direction = ChoiceField(
        choices=Direction.choices,
        required=False,
        help_text="Only answers with a driver of this direction. With `topic`: a driver on this topic.",
    )
