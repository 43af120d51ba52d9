"""The shapes of requests and answers."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from contacts.text import (
    MAX_NAME_LENGTH,
    MAX_NOTES_LENGTH,
    MAX_OBJECTIVE_LENGTH,
    clean_name,
    clean_notes,
    clean_objective,
)
from hindsight.api.errors import BadRequest
from hindsight.api.serializers import StrictSerializer, TextField, kind_of
from interviews.lifecycle import Status
from interviews.models import InterviewRequest, Transcript


@extend_schema_field(
    {"oneOf": [{"type": "string", "maxLength": MAX_NOTES_LENGTH}, {"type": "object", "additionalProperties": True}]}
)
class ContextField(serializers.Field[str, Any, str, Any]):
    """Notes as text, or as an object that becomes the text of its JSON."""

    default_error_messages = {
        "invalid": "Send a string or a JSON object, not {kind}.",
        "null": 'Send a string or a JSON object, not null. "" clears the notes; leave the field out to keep them.',
    }

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str | dict):
            self.fail("invalid", kind=kind_of(data))
        return clean_notes(data)


class UpdateInterviewRequest(StrictSerializer):
    contact_context = ContextField(
        required=False,
        help_text=(
            "Context about the contact. Overwrites the contact's notes, which Paige is told in every future interview "
            "of this contact: merge first to keep what is there. An object is stored as its JSON. "
            f"At most {MAX_NOTES_LENGTH:,} characters as stored."
        ),
    )
    contact_name = TextField(
        clean=clean_name, required=False, max_length=MAX_NAME_LENGTH, help_text="The contact's display name."
    )
    objective = TextField(
        clean=clean_objective,
        required=False,
        max_length=MAX_OBJECTIVE_LENGTH,
        error_messages={"null": 'Send a string, not null. "" clears the objective; leave the field out to keep it.'},
        help_text='The goal of this one interview: Paige asks towards it. "" clears it.',
    )

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        if not attrs:
            raise BadRequest("No fields provided. Send at least one of contact_context, contact_name, objective.")
        return attrs


class UpdatedInterviewRequest(serializers.Serializer[InterviewRequest]):
    interview_request_id = serializers.IntegerField(source="pk", help_text="ID of the updated interview request.")


class ContactSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    email = serializers.EmailField()
    name = serializers.CharField()
    notes = serializers.CharField(help_text="What contact_context overwrites.")


class TranscriptSerializer(serializers.Serializer[Transcript]):
    document_id = serializers.CharField()
    content = serializers.CharField(help_text="Markdown.")
    created_at = serializers.DateTimeField()


class InterviewRequestSerializer(serializers.Serializer[InterviewRequest]):
    interview_request_id = serializers.IntegerField(source="pk")
    contact_id = serializers.CharField(source="contact.public_id")
    deal_id = serializers.SerializerMethodField()
    survey_url = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=Status.choices)
    objective = serializers.SerializerMethodField()
    email_sent_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    contact = ContactSerializer()
    transcript = serializers.SerializerMethodField(help_text="null until the interview is completed.")

    def get_deal_id(self, request: InterviewRequest) -> str | None:
        return request.deal_id or None

    def get_survey_url(self, request: InterviewRequest) -> str:
        return f"{settings.PUBLIC_BASE_URL}/survey?token={request.survey_token}"

    def get_objective(self, request: InterviewRequest) -> str | None:
        return request.objective or None

    @extend_schema_field(TranscriptSerializer(allow_null=True))
    def get_transcript(self, request: InterviewRequest) -> dict[str, Any] | None:
        transcript = getattr(request, "transcript", None)
        return None if transcript is None else TranscriptSerializer(transcript).data
