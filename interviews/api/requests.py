from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers

from contacts.text import (
    MAX_EMAIL_LENGTH,
    MAX_EXTERNAL_ID_LENGTH,
    MAX_NAME_LENGTH,
    MAX_NOTES_LENGTH,
    clean_email,
    clean_external_id,
    clean_name,
    clean_notes,
)
from deals.api.bodies import DealOfInterviewRequest, values_of
from deals.models import FIELDS as DEAL_FIELDS
from deals.text import MAX_DEAL_ID_LENGTH, clean_deal_id
from hindsight.api.errors import BadRequest
from hindsight.api.json_bodies import (
    ChoiceField,
    PublicIdField,
    StrictSerializer,
    TextField,
    TimeField,
)
from hindsight.api.pagination import PageQuery
from hindsight.text.strict_json import type_name
from interviews.api.bodies import INTERVIEW_REQUEST_ID
from interviews.lifecycle import Progress, Status
from interviews.models import InterviewType
from interviews.text import MAX_OBJECTIVE_LENGTH, clean_objective
from sequences.models import Sequence

ID = OpenApiParameter(
    "id",
    INTERVIEW_REQUEST_ID,
    OpenApiParameter.PATH,
    description="The interview_request_id returned when the interview request was created.",
)
NO_SUCH_REQUEST = "Your organization has no interview request with this id."

EMAIL = {"format": "email", "maxLength": MAX_EMAIL_LENGTH}
NAME = {"minLength": 1, "maxLength": MAX_NAME_LENGTH, "pattern": r"\S"}
EXTERNAL_ID = {"minLength": 1, "maxLength": MAX_EXTERNAL_ID_LENGTH, "pattern": r"\S"}
OBJECTIVE = {"maxLength": MAX_OBJECTIVE_LENGTH}
DEAL_ID = {"maxLength": MAX_DEAL_ID_LENGTH}
# openapi-generator takes a component with `if` for any value, so that its clients send a plain object. With `anyOf`
# alone, its Python client sends null. With `oneOf`, its typescript-fetch client sends {}. The `if` is empty, because
# Redoc reports an error if it has a type and `anyOf` has another one.
CONTEXT = {
    "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": True}],
    "if": {},
    "then": {"maxLength": MAX_NOTES_LENGTH},
}

# Of a POST.
ONE_OF = ("interview_type_id", "sequence_id")


@extend_schema_field(CONTEXT, component_name="ContactContext")
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


class CreateInterviewRequest(StrictSerializer):
    contact_email = TextField(
        clean=clean_email,
        schema=EMAIL,
        help_text="The contact's email address, not case-sensitive. A new address creates a contact.",
    )
    interview_type_id = PublicIdField(
        model=InterviewType,
        listed_by="GET /interview-types",
        required=False,
        help_text="The interview type: an id from GET /interview-types. You pass survey_url to the contact yourself.",
    )
    sequence_id = PublicIdField(
        model=Sequence,
        listed_by="GET /sequences",
        required=False,
        help_text="The sequence: an id from GET /sequences. Paige writes to the contact, with the sequence's interview "
        "type. Send either interview_type_id or sequence_id.",
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
    contact_external_id = TextField(
        clean=clean_external_id,
        required=False,
        schema=EXTERNAL_ID,
        help_text="Your id of the contact, such as that of your CRM. No other contact may have it. Overwrites its id.",
    )
    deal_id = TextField(
        clean=clean_deal_id,
        required=False,
        schema=DEAL_ID,
        help_text="Your id of the deal, any text. GET /interviews filters by it.",
    )
    deal = DealOfInterviewRequest(
        required=False,
        help_text="The deal itself: creates or replaces it, as PUT /deals/{deal_id} does, and sets deal_id.",
    )
    objective = TextField(
        clean=clean_objective, required=False, schema=OBJECTIVE, help_text="What this interview should find out."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The id in `deal` becomes `deal_id`."""
        if len(attrs.keys() & ONE_OF) != 1:
            message = f"Send {' or '.join(ONE_OF)}{', not both' if attrs.keys() >= {*ONE_OF} else ''}."
            raise serializers.ValidationError(dict.fromkeys(ONE_OF, message))
        if "deal" not in attrs:
            return attrs
        deal_id = attrs["deal"]["deal_id"]
        if attrs.get("deal_id", deal_id) != deal_id:
            raise serializers.ValidationError({"deal_id": ["Send the same id as in deal, or leave deal_id out."]})
        return {**attrs, "deal_id": deal_id, "deal": values_of(attrs["deal"])}


class CorrectContactEmail(StrictSerializer):
    contact_email = TextField(clean=clean_email, schema=EMAIL, help_text="The contact's right email address.")


# Fields that a PATCH refuses, and how they are changed.
CHANGED_ELSEWHERE = {
    "contact_email": "To correct a mistyped address, POST /interviews/{id}/contact-email.",
    "contact_external_id": "To set it, send it with POST /interviews.",
    "status": "To mark the link as sent, POST /interviews/{id}/sent; to cancel, POST /interviews/{id}/cancel.",
    "email_sent_at": "To mark the link as sent, POST /interviews/{id}/sent.",
    "cancelled_at": "To cancel, POST /interviews/{id}/cancel; to take that back, POST /interviews/{id}/uncancel.",
    **dict.fromkeys(("deal", "deal_id", *DEAL_FIELDS), "To change a deal, PUT /deals/{deal_id}."),
}


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

    def unknown(self, name: str) -> str:
        elsewhere = CHANGED_ELSEWHERE.get(name)
        return f"PATCH does not change this field. {elsewhere}" if elsewhere else super().unknown(name)

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        if not attrs:
            raise BadRequest(f"No fields provided. Send at least one of {', '.join(UpdateInterviewRequest().fields)}.")
        return attrs


INCLUDED = ("notes", "etag")


@extend_schema_field({"type": "string", "pattern": f"^({'|'.join(INCLUDED)})(,({'|'.join(INCLUDED)}))*$"})
class IncludeField(serializers.Field[frozenset[str], Any, str, Any]):
    default_error_messages = {"invalid": f"Send {' or '.join(INCLUDED)}, or both with a comma: {','.join(INCLUDED)}."}

    def to_internal_value(self, data: str) -> frozenset[str]:
        included = frozenset(data.split(","))
        if not included <= {*INCLUDED}:
            self.fail("invalid")
        return included


# By filter, the time that it orders the list by.
TIME_FILTERS = {"updated_after": "updated_at", "completed_after": "completed_at"}


class InterviewRequestQuery(PageQuery):
    status = ChoiceField(choices=Status.choices, required=False, help_text="Only interview requests with this status.")
    progress = ChoiceField(
        choices=Progress.choices, required=False, help_text="Only interview requests with this progress."
    )
    contact_email = TextField(
        clean=clean_email, schema=EMAIL, required=False, help_text="Only those of the contact with this email address."
    )
    contact_external_id = TextField(
        clean=clean_external_id,
        schema=EXTERNAL_ID,
        required=False,
        help_text="Only those of the contact with this id of yours.",
    )
    deal_id = TextField(
        clean=clean_deal_id, schema={**DEAL_ID, "minLength": 1}, required=False, help_text="Only those of this deal."
    )
    cancelled = serializers.ChoiceField(
        choices=["true", "false"],
        required=False,
        error_messages={"invalid_choice": "Send true or false."},
        help_text="`true`: only cancelled ones. `false`: only others.",
    )
    updated_after = TimeField(
        required=False, help_text="Only those with a later updated_at, oldest first. Send that of the last row."
    )
    completed_after = TimeField(required=False, help_text="Only those with a later completed_at, oldest first.")
    include = IncludeField(
        required=False,
        help_text="`notes`: the rows have contact.notes. `etag`: they have their ETag. Both: `notes,etag`.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.keys() >= TIME_FILTERS.keys():
            message = f"Send {' or '.join(TIME_FILTERS)}, not both: a list has one order."
            raise serializers.ValidationError(dict.fromkeys(TIME_FILTERS, message))
        return attrs
