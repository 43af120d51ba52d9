from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from django.core.exceptions import ValidationError
from drf_spectacular.drainage import set_override
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from deals.models import FIELDS, Deal, DealValues, Outcome
from deals.text import (
    CURRENCY,
    MAX_AMOUNT,
    MAX_DEAL_ID_LENGTH,
    MAX_LABEL_LENGTH,
    MAX_REASON_LENGTH,
    clean_amount,
    clean_currency,
    clean_deal_id,
    clean_label,
    clean_reason,
)
from hindsight.api.errors import BadRequest
from hindsight.api.json_bodies import ChoiceField, StrictSerializer, TextField, TimeField
from hindsight.api.pagination import PageQuery, page_of_rows
from hindsight.text.strict_json import type_name

DEAL_ID = {"minLength": 1, "maxLength": MAX_DEAL_ID_LENGTH}


class AmountField(serializers.Field[Decimal, Any, float, Any]):
    default_error_messages = {"invalid": "Send a number, such as 48000.5, not {kind}."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        set_override(self, "field", {"type": "number", "minimum": 1 - MAX_AMOUNT, "maximum": MAX_AMOUNT - 1})

    def to_internal_value(self, data: object) -> Decimal:
        if not isinstance(data, int | float) or isinstance(data, bool):
            self.fail("invalid", kind=type_name(data))
        return clean_amount(Decimal(str(data)))


def text_or_null(clean: Any, schema: Mapping[str, Any], help_text: str) -> TextField:
    return TextField(clean=clean, schema=schema, required=False, allow_null=True, help_text=help_text)


def clean_outcome(outcome: str) -> str:
    if outcome not in Outcome.values:
        raise ValidationError(f"Send one of {', '.join(Outcome.values)}, or null.")
    return outcome


class ReplaceDeal(StrictSerializer):
    outcome = text_or_null(
        clean_outcome,
        {"pattern": f"^({'|'.join(Outcome.values)})$"},
        f"How it ended: {', '.join(f'`{one}`' for one in Outcome)}. null: not yet, or not known.",
    )
    reported_reason = text_or_null(
        clean_reason,
        {"maxLength": MAX_REASON_LENGTH},
        "Why, as your system says. Paige does not see it: the interview finds out the contact's own reason.",
    )
    competitor = text_or_null(clean_label, {"maxLength": MAX_LABEL_LENGTH}, "Who won it, or was compared with you.")
    segment = text_or_null(clean_label, {"maxLength": MAX_LABEL_LENGTH}, "Any text, such as Enterprise EMEA.")
    owner = text_or_null(clean_label, {"maxLength": MAX_LABEL_LENGTH}, "Who owns the deal in your company.")
    amount = AmountField(required=False, allow_null=True, help_text="Rounded to 3 decimals.")
    currency = text_or_null(clean_currency, {"pattern": CURRENCY}, "The ISO 4217 code of the amount, such as EUR.")
    closed_at = TimeField(required=False, allow_null=True, help_text="When it was won, lost or given up.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """An empty body is a mistake: it would clear the deal."""
        if attrs.keys().isdisjoint(FIELDS):
            raise BadRequest(f"No values of the deal. Send at least one of {', '.join(FIELDS)}. null clears a value.")
        return attrs


class DealOfInterviewRequest(ReplaceDeal):
    needs_a_value = True

    deal_id = TextField(clean=clean_deal_id, schema=DEAL_ID, help_text="Your id of the deal.")

    def validate_deal_id(self, deal_id: str) -> str:
        if not deal_id:
            raise serializers.ValidationError("Send an id that is not empty.")
        return deal_id


def values_of(body: Mapping[str, Any]) -> DealValues:
    """What is left out is empty, because the body replaces the whole deal."""
    empty = Deal()
    values = {field: getattr(empty, field) if body.get(field) is None else body[field] for field in FIELDS}
    return cast(DealValues, values)


class DealQuery(PageQuery):
    outcome = ChoiceField(choices=Outcome.choices, required=False, help_text="Only deals with this outcome.")
    updated_after = TimeField(
        required=False, help_text="Only those with a later updated_at, oldest first. Send that of the last row."
    )


@extend_schema_field({"type": "number"})
class ShownAmount(serializers.FloatField):
    pass


class DealSerializer(serializers.Serializer[Any]):
    deal_id = serializers.CharField(help_text="Your id of the deal.")
    # Not an enum: few client generators support enums with null.
    outcome = serializers.CharField(allow_null=True, help_text=f"{', '.join(f'`{one}`' for one in Outcome)}, or null.")
    reported_reason = serializers.CharField(allow_null=True)
    competitor = serializers.CharField(allow_null=True)
    segment = serializers.CharField(allow_null=True)
    owner = serializers.CharField(allow_null=True)
    amount = ShownAmount(allow_null=True)
    currency = serializers.CharField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField(help_text="When a value of the deal last changed.")


DealPage = page_of_rows("DealPage", DealSerializer)


REPLACE_EXAMPLE = {
    "outcome": "lost",
    "reported_reason": "Price: the final quote was 20% above Competitor X",
    "competitor": "Competitor X",
    "segment": "Enterprise EMEA",
    "owner": "Sam Okafor",
    "amount": 48000.5,
    "currency": "EUR",
    "closed_at": "2026-11-20T00:00:00Z",
}
DEAL_EXAMPLE = {
    "deal_id": "deal_xyz789",
    **REPLACE_EXAMPLE,
    "created_at": "2026-11-24T09:30:00.000000Z",
    "updated_at": "2026-11-24T09:30:00.000000Z",
}
DEALS_EXAMPLE = {"data": [DEAL_EXAMPLE], "next_cursor": None}
