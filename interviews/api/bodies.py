"""Bodies of responses, each declared once: its fields describe it in the schema, and rows are read by them.

`body_of(Body, row)` reads an attribute of the row for each field, so a new field needs a column or an attribute of its
name in interviews/api/reads.py.
"""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from hindsight.api.pagination import page_of_rows
from interviews.lifecycle import (
    ABANDONED_AFTER,
    Coverage,
    DeclineReason,
    Direction,
    DriverAbout,
    DriverSource,
    Flag,
    Progress,
    Rating,
    Review,
    Status,
)
from interviews.models import InterviewRequest

INTERVIEW_REQUEST_ID = {"type": "integer", "format": "int64", "minimum": 1}


@extend_schema_field(INTERVIEW_REQUEST_ID)
class InterviewRequestIdField(serializers.IntegerField):
    pass


def subjects_field() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text="What the objective names within its topics, such as SSO or the CFO: as found, or as staff have "
        "corrected it. Empty if it names nothing that is recognized, and until the objective is read, some seconds "
        "after a change.",
    )


def cancelled_at_field() -> serializers.DateTimeField:
    help_text = "When you or our staff cancelled the interview request. null unless it is cancelled."
    return serializers.DateTimeField(read_only=True, allow_null=True, help_text=help_text)


class PlaceSerializer(serializers.Serializer[Any]):
    """A place in the transcript. `content[start:end]` is the quoted text, with a backslash before Markdown syntax."""

    turn = serializers.IntegerField(min_value=1, help_text="The number of the block in content. The first is 1.")
    start = serializers.IntegerField(min_value=0, help_text="In Unicode code points of content.")
    end = serializers.IntegerField(min_value=1, help_text="After the last code point.")


class KeyAnswersSerializer(serializers.Serializer[Any]):
    topic = serializers.CharField(help_text="The topic's key in the interview type's guide.")
    title = serializers.CharField()
    excerpts = serializers.ListField(
        child=serializers.CharField(),
        help_text="The beginning of each of the contact's answers on this topic, word for word. Left out are questions "
        'to Paige, wishes, refusals, and a bare "no".',
    )
    places = PlaceSerializer(
        many=True,
        read_only=True,
        help_text="Where each of the excerpts stands. Empty if an older version completed the interview.",
    )


class DriverSerializer(PlaceSerializer):
    """Something that spoke for the vendor or against it, and where in the transcript the contact said so."""

    topic = serializers.CharField(help_text="The key of the topic that the words are about.")
    title = serializers.CharField()
    direction = serializers.ChoiceField(
        choices=Direction.choices,
        help_text="For or against your company. Only interviews of earlier versions have neutral, if it made no "
        "difference, and unclear, for a reason without a direction.",
    )
    quote = serializers.CharField(help_text="The contact's words, exactly.")
    is_reason = serializers.BooleanField(
        read_only=True,
        help_text="Whether the contact gives it as a reason for the decision. False if an older version completed the "
        "interview.",
    )
    is_decisive = serializers.BooleanField(help_text="Whether the contact says that it tipped the decision.")
    about = serializers.ChoiceField(
        choices=DriverAbout.choices,
        allow_null=True,
        help_text="Who the words are about: your company, a competitor, or buying nothing. Praise of a competitor is "
        "`against`, a fault of a competitor `for`. null if it is not known.",
    )
    about_name = serializers.CharField(allow_null=True, help_text="The competitor's name, if it is known.")
    source = serializers.ChoiceField(  # type: ignore[assignment]  # REST framework has an attribute `source`
        choices=DriverSource.choices,
        help_text="read: by Hindsight. model: by a language model. staff: corrected or added by a person.",
    )
    tags = serializers.ListField(child=serializers.CharField(), help_text="By staff.")
    review = serializers.ChoiceField(
        choices=Review.choices,
        allow_null=True,
        read_only=True,
        help_text="Whether a person has confirmed or rejected it. Do not count rejected ones.",
    )


class CoverageSerializer(serializers.Serializer[Any]):
    topic = serializers.CharField(help_text="The key of a topic that the objective emphasizes.")
    title = serializers.CharField()
    status = serializers.ChoiceField(
        choices=Coverage.choices,
        help_text="denied: the contact said that it did not come up. touched: it came up in answers to other "
        "topics, or its own answers say nothing on what the objective names within it.",
    )
    turns = serializers.ListField(
        child=serializers.IntegerField(min_value=1), help_text="The numbers of the blocks in content that show it."
    )


class QuoteSerializer(PlaceSerializer):
    quote = serializers.CharField(help_text="The contact's words, exactly.")


class SummarySentence(serializers.Serializer[Any]):
    text = serializers.CharField()
    quotes = QuoteSerializer(many=True, help_text="What the sentence rests on.")


class SummarySerializer(serializers.Serializer[Any]):
    """Why they decided so, in at most five sentences."""

    source = serializers.ChoiceField(  # type: ignore[assignment]  # REST framework has an attribute `source`
        choices=DriverSource.choices,
        help_text="read: put together by Hindsight. model: in the words of a language model.",
    )
    sentences = SummarySentence(many=True)


class TranscriptSerializer(serializers.Serializer[Any]):
    document_id = serializers.CharField()
    content = serializers.CharField(
        help_text="Markdown: a `**Paige:**` or `**Name:**` block for each turn. Texts are escaped, so that only "
        "the names are bold. Characters that are not seen but change how a text looks are shown as {U+202E}, also in "
        "excerpts and quotes."
    )
    summary = SummarySerializer()
    key_answers = KeyAnswersSerializer(many=True, help_text="By topic, in the guide's order.")
    drivers = DriverSerializer(many=True, help_text="In the order of the transcript, at most five for each topic.")
    coverage = CoverageSerializer(
        many=True,
        help_text="What of the objective was answered, as the objective was when the interview was completed.",
    )
    created_at = serializers.DateTimeField()


class CreatedInterviewRequest(serializers.Serializer[Any]):
    interview_request_id = InterviewRequestIdField()
    contact_id = serializers.CharField()
    deal_id = serializers.CharField(allow_null=True)
    survey_url = serializers.CharField(help_text="The link for the contact. Anyone who has the link can answer.")
    survey_token = serializers.CharField()
    objective_subjects = subjects_field()
    status = serializers.ChoiceField(choices=Status.choices)


class UpdatedInterviewRequest(serializers.Serializer[Any]):
    """Everything but the id only with `Prefer: return=representation`."""

    interview_request_id = InterviewRequestIdField(help_text="ID of the updated interview request.")
    contact_id = serializers.CharField(required=False)
    deal_id = serializers.CharField(required=False, allow_null=True)
    survey_url = serializers.CharField(
        required=False, allow_null=True, help_text="null once the contact's data is erased, as survey_token is."
    )
    survey_token = serializers.CharField(required=False, allow_null=True)
    objective_subjects = serializers.ListField(required=False, child=serializers.CharField())
    status = serializers.ChoiceField(required=False, choices=Status.choices)


class MarkedInterviewRequest(serializers.Serializer[Any]):
    interview_request_id = InterviewRequestIdField()
    status = serializers.ChoiceField(choices=Status.choices)
    email_sent_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = cancelled_at_field()


class CorrectedInterviewRequest(serializers.Serializer[Any]):
    interview_request_id = InterviewRequestIdField()
    contact_id = serializers.CharField()
    contact_email = serializers.EmailField()
    survey_url = serializers.CharField(help_text="The new link. The earlier one no longer works.")
    survey_token = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)


class ContactSummarySerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    email = serializers.EmailField()
    name = serializers.CharField()
    external_id = serializers.CharField(allow_null=True, help_text="Your id of the contact: contact_external_id.")
    notes = serializers.CharField(required=False, help_text="Only with include=notes.")


class ContactSerializer(ContactSummarySerializer):
    notes = serializers.CharField(help_text="The notes, which contact_context overwrites.")


class DeclineSerializer(serializers.Serializer[Any]):
    # Not an enum: few client generators support enums with null, and reasons may be added.
    reason = serializers.CharField(
        allow_null=True,
        help_text=f"{', '.join(f'`{reason}`' for reason in DeclineReason)}, or null if the contact chose none.",
    )
    comment = serializers.CharField(allow_null=True, help_text="In the contact's words.")
    declined_at = serializers.DateTimeField()


class InterviewRequestSummarySerializer(serializers.Serializer[Any]):
    interview_request_id = InterviewRequestIdField()
    contact_id = serializers.CharField(allow_null=True)
    deal_id = serializers.CharField(allow_null=True)
    survey_url = serializers.CharField(allow_null=True, help_text="null once the contact's data is erased.")
    status = serializers.ChoiceField(choices=Status.choices)
    progress = serializers.ChoiceField(
        choices=Progress.choices,
        help_text="Where the interview itself is. abandoned: the contact has begun, but not answered for "
        f"{ABANDONED_AFTER.days} days; an answer makes it started again.",
    )
    started_at = serializers.DateTimeField(
        allow_null=True,
        help_text="When the contact gave consent. null before that, and once the unfinished answers were deleted.",
    )
    last_activity_at = serializers.DateTimeField(
        allow_null=True,
        help_text="The last question of Paige or step of the contact. An answer changes it and the ETag, but not "
        "updated_at.",
    )
    objective = serializers.CharField(allow_null=True)
    objective_subjects = subjects_field()
    flags = serializers.ListField(
        child=serializers.ChoiceField(choices=Flag.choices),
        help_text="What the contact wants, as far as the survey page and the answers say.",
    )
    email_sent_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = cancelled_at_field()
    created_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField(
        help_text="When the interview request or its contact last changed. An answer does not count."
    )
    contact = ContactSummarySerializer()
    etag = serializers.CharField(required=False, help_text="Only with include=etag. Send it unchanged as If-Match.")


class TopicSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="The topic's key in the interview type's guide.")
    title = serializers.CharField()


class ObjectiveTopicsSerializer(serializers.Serializer[Any]):
    emphasize = TopicSerializer(many=True, help_text="Asked first, in this order, and with more follow-ups.")
    avoid = TopicSerializer(many=True, help_text="Left out, or asked once without follow-ups if the guide needs them.")


class InterviewRequestSerializer(InterviewRequestSummarySerializer):
    contact = ContactSerializer()
    etag = None  # type: ignore[assignment]  # it is a header of the response
    objective_topics = ObjectiveTopicsSerializer(
        read_only=True,
        help_text="What objective and notes steer the interview to, or what staff have picked for this objective. "
        "Empty until they are read, some seconds after a change.",
    )
    transcript = TranscriptSerializer(
        read_only=True,
        allow_null=True,
        help_text="null until the interview is completed, and after its answers were deleted.",
    )
    decline = DeclineSerializer(
        read_only=True,
        allow_null=True,
        help_text="null unless the contact has declined. Deleted if the contact continues, and after your time for "
        "keeping answers.",
    )
    rating = serializers.IntegerField(
        min_value=min(Rating.values),
        max_value=max(Rating.values),
        read_only=True,
        allow_null=True,
        help_text="How well the interview captured the contact's view, from 1 (not at all) to 4 (fully). null unless "
        "the contact says so, after completion.",
    )


class InterviewTypeSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="Send it as interview_type_id in POST /interviews.")
    name = serializers.CharField()


InterviewRequestPage = page_of_rows("InterviewRequestPage", InterviewRequestSummarySerializer)
InterviewTypePage = page_of_rows("InterviewTypePage", InterviewTypeSerializer)


class WrittenRow:
    """What the responses to writes show."""

    objective_subjects: tuple[str, ...] = ()  # a worker reads the objective later

    def __init__(self, row: InterviewRequest) -> None:
        self.interview_request_id, self.status = row.pk, row.status
        self.deal_id, self.survey_token, self.survey_url = row.deal_id, row.survey_token, row.survey_url
        self.contact_id, self.contact_email = row.contact.public_id, row.contact.email
        self.email_sent_at, self.cancelled_at = row.email_sent_at, row.cancelled_at
