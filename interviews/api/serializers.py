from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from contacts.models import Contact
from contacts.text import MAX_EMAIL_LENGTH, MAX_NAME_LENGTH, MAX_NOTES_LENGTH, clean_email, clean_name, clean_notes
from hindsight.api.errors import BadRequest
from hindsight.api.pagination import PageQuery, PageSerializer
from hindsight.api.serializers import PublicIdField, StrictSerializer, TextField, TimeField
from hindsight.text.strict_json import type_name
from interviews.api.transcript_serializers import TranscriptSerializer
from interviews.lifecycle import DeclineReason, Flag, Rating, Status
from interviews.models import Conversation, InterviewRequest, InterviewType
from interviews.paige.brief import Brief, opening_brief
from interviews.paige.guide import GuideError, Topic
from interviews.services.state import declined_conversation, rating_of
from interviews.text import MAX_DEAL_ID_LENGTH, MAX_OBJECTIVE_LENGTH, clean_deal_id, clean_objective

EMAIL = {"format": "email", "maxLength": MAX_EMAIL_LENGTH}
NAME = {"minLength": 1, "maxLength": MAX_NAME_LENGTH, "pattern": r"\S"}
OBJECTIVE = {"maxLength": MAX_OBJECTIVE_LENGTH}
DEAL_ID = {"maxLength": MAX_DEAL_ID_LENGTH}
# With oneOf, openapi-generator's typescript-fetch client sends {} for every object.
CONTEXT = {
    "anyOf": [{"type": "string", "maxLength": MAX_NOTES_LENGTH}, {"type": "object", "additionalProperties": True}]
}
RATING = {"type": ["integer", "null"], "minimum": min(Rating.values), "maximum": max(Rating.values)}
INTERVIEW_REQUEST_ID = {"type": "integer", "format": "int64", "minimum": 1}


@extend_schema_field(INTERVIEW_REQUEST_ID)
class InterviewRequestIdField(serializers.IntegerField):
    pass


@extend_schema_field(CONTEXT)
class ContextField(serializers.Field[str, Any, str, Any]):
    """Converts an object to JSON text."""

    default_error_messages = {
        "invalid": "Send a string or a JSON object, not {kind}.",
        "null": 'Send a string or a JSON object, not null. "" clears the notes; omit the field to keep them.',
    }

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str | dict):
            self.fail("invalid", kind=type_name(data))
        return clean_notes(data)


class NullIfEmpty(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def to_representation(self, value: str) -> str | None:  # type: ignore[override]
        return value or None


class CreateInterviewRequest(StrictSerializer):
    contact_email = TextField(
        clean=clean_email,
        schema=EMAIL,
        help_text="The contact's email address, not case-sensitive. A new address creates a contact.",
    )
    interview_type_id = PublicIdField(
        model=InterviewType,
        listed_by="GET /interview-types",
        help_text="The interview type: an id from GET /interview-types.",
    )
    contact_name = TextField(
        clean=clean_name,
        required=False,
        schema=NAME,
        help_text="The contact's display name. Overwrites an existing contact's name; if omitted, the name is kept.",
    )
    contact_context = ContextField(
        required=False,
        help_text="As in an update: overwrites an existing contact's notes. If omitted, the notes are kept.",
    )
    deal_id = TextField(
        clean=clean_deal_id,
        required=False,
        schema=DEAL_ID,
        help_text="Your id of the deal, any text. GET /interviews filters by it.",
    )
    objective = TextField(
        clean=clean_objective,
        required=False,
        schema=OBJECTIVE,
        help_text="What this interview should find out.",
    )

    def unknown(self, name: str) -> str:
        if name == "sequence_id":
            return (
                "Sequences are not available yet. Send interview_type_id, and pass survey_url to the contact yourself."
            )
        return super().unknown(name)


class UpdateInterviewRequest(StrictSerializer):
    contact_context = ContextField(
        required=False,
        help_text=(
            "Context about the contact. Overwrites the contact's notes, which Paige uses in every future interview "
            "of this contact. To keep existing notes, read them and merge. An object is stored as JSON text. "
            f"At most {MAX_NOTES_LENGTH:,} characters as stored."
        ),
    )
    contact_name = TextField(clean=clean_name, required=False, schema=NAME, help_text="The contact's display name.")
    objective = TextField(
        clean=clean_objective,
        required=False,
        schema=OBJECTIVE,
        error_messages={"null": 'Send a string, not null. "" clears the objective; omit the field to keep it.'},
        help_text='What this interview should find out. Paige chooses questions by it. "" clears it.',
    )

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        if not attrs:
            raise BadRequest("No fields provided. Send at least one of contact_context, contact_name, objective.")
        return attrs


class CreatedInterviewRequest(serializers.Serializer[InterviewRequest]):
    interview_request_id = InterviewRequestIdField(source="pk")
    contact_id = serializers.CharField(source="contact.public_id")
    deal_id = NullIfEmpty()
    survey_url = serializers.CharField(help_text="The link for the contact. Anyone who has the link can answer.")
    survey_token = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)


class UpdatedInterviewRequest(serializers.Serializer[InterviewRequest]):
    interview_request_id = InterviewRequestIdField(source="pk", help_text="ID of the updated interview request.")


class ContactSummarySerializer(serializers.Serializer[Contact]):
    id = serializers.CharField(source="public_id")
    email = serializers.EmailField()
    name = serializers.CharField()


class ContactSerializer(ContactSummarySerializer):
    notes = serializers.CharField(help_text="The notes, which contact_context overwrites.")


class DeclineSerializer(serializers.Serializer[Conversation]):
    # Not an enum: few client generators support enums with null, and reasons may be added.
    reason = NullIfEmpty(
        source="decline_reason",
        help_text=f"{', '.join(f'`{reason}`' for reason in DeclineReason)}, or null if the contact chose none.",
    )
    comment = NullIfEmpty(source="decline_comment", help_text="In the contact's words.")
    declined_at = serializers.DateTimeField()


class InterviewRequestSummarySerializer(serializers.Serializer[InterviewRequest]):
    interview_request_id = InterviewRequestIdField(source="pk")
    contact_id = serializers.CharField(source="contact.public_id", allow_null=True)
    deal_id = NullIfEmpty()
    survey_url = serializers.CharField(allow_null=True, help_text="null once the contact's data is erased.")
    status = serializers.ChoiceField(choices=Status.choices)
    objective = NullIfEmpty()
    flags = serializers.ListField(
        source="raised_flags",
        child=serializers.ChoiceField(choices=Flag.choices),
        help_text="What the contact wants, as far as the survey page and the answers say.",
    )
    email_sent_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField(
        help_text="When the interview request last changed. A change of the contact's name or notes does not count."
    )
    contact = ContactSummarySerializer()


class TopicSerializer(serializers.Serializer[Topic]):
    key = serializers.CharField(help_text="The topic's key in the interview type's guide.")
    title = serializers.CharField()


class ObjectiveTopicsSerializer(serializers.Serializer[Brief]):
    emphasize = TopicSerializer(
        source="emphasized", many=True, help_text="Asked first, in this order, and with more follow-ups."
    )
    avoid = TopicSerializer(
        source="avoided", many=True, help_text="Left out, or asked once without follow-ups if the guide needs them."
    )


class InterviewRequestSerializer(InterviewRequestSummarySerializer):
    objective_topics = serializers.SerializerMethodField(
        help_text="What objective and notes steer the interview to, or what staff have picked for this objective."
    )
    contact = ContactSerializer()
    transcript = serializers.SerializerMethodField(
        help_text="null until the interview is completed, and after its answers were deleted."
    )
    decline = serializers.SerializerMethodField(
        help_text="null unless the contact has declined. Deleted if the contact continues, and after your time for "
        "keeping answers."
    )
    rating = serializers.SerializerMethodField(
        help_text="How well the interview captured the contact's view, from 1 (not at all) to 4 (fully). null unless "
        "the contact says so, after completion."
    )

    @extend_schema_field(ObjectiveTopicsSerializer)
    def get_objective_topics(self, interview_request: InterviewRequest) -> dict[str, Any]:
        try:
            brief = opening_brief(interview_request)
        except GuideError:  # such as a guide of an older format
            return {"emphasize": [], "avoid": []}
        return ObjectiveTopicsSerializer(brief).data

    @extend_schema_field(TranscriptSerializer(allow_null=True))
    def get_transcript(self, interview_request: InterviewRequest) -> dict[str, Any] | None:
        transcript = getattr(interview_request, "transcript", None)
        return None if transcript is None else TranscriptSerializer(transcript).data

    @extend_schema_field(DeclineSerializer(allow_null=True))
    def get_decline(self, interview_request: InterviewRequest) -> dict[str, Any] | None:
        declined = declined_conversation(interview_request)
        return None if declined is None else DeclineSerializer(declined).data

    @extend_schema_field(RATING)
    def get_rating(self, interview_request: InterviewRequest) -> int | None:
        return rating_of(interview_request)


class InterviewTypeSerializer(serializers.Serializer[InterviewType]):
    id = serializers.CharField(source="public_id", help_text="Send it as interview_type_id in POST /interviews.")
    name = serializers.CharField()


# By filter, the time that it orders the list by.
TIME_FILTERS = {"updated_after": "updated_at", "completed_after": "completed_at"}
ONE_ORDER = f"Send {' or '.join(TIME_FILTERS)}, not both: a list has one order."


class InterviewRequestQuery(PageQuery):
    status = serializers.ChoiceField(
        choices=Status.choices,
        required=False,
        error_messages={"invalid_choice": f"Send one of {', '.join(Status.values)}."},
        help_text="Only interview requests with this status.",
    )
    contact_email = TextField(
        clean=clean_email, schema=EMAIL, required=False, help_text="Only those of the contact with this email address."
    )
    deal_id = TextField(
        clean=clean_deal_id, schema={**DEAL_ID, "minLength": 1}, required=False, help_text="Only those of this deal."
    )
    updated_after = TimeField(
        required=False,
        help_text="Only those with a later updated_at, oldest first. Send that of the last row.",
    )
    completed_after = TimeField(required=False, help_text="Only those with a later completed_at, oldest first.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.keys() >= TIME_FILTERS.keys():
            raise serializers.ValidationError(dict.fromkeys(TIME_FILTERS, ONE_ORDER))
        return attrs


class InterviewRequestPage(PageSerializer):
    data = InterviewRequestSummarySerializer(many=True)  # type: ignore[assignment]  # REST framework has a property `data`


class InterviewTypePage(PageSerializer):
    data = InterviewTypeSerializer(many=True)  # type: ignore[assignment]
