from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from deals.models import Outcome
from hindsight.api.pagination import PageSerializer


@extend_schema_field({"type": "number"})
class AmountField(serializers.FloatField):
    pass


class DealSerializer(serializers.Serializer[Any]):
    deal_id = serializers.CharField(help_text="Your id of the deal.")
    # Not an enum: few client generators support enums with null.
    outcome = serializers.CharField(allow_null=True, help_text=f"{', '.join(f'`{one}`' for one in Outcome)}, or null.")
    reported_reason = serializers.CharField(allow_null=True)
    competitor = serializers.CharField(allow_null=True)
    segment = serializers.CharField(allow_null=True)
    amount = AmountField(allow_null=True)
    currency = serializers.CharField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField(help_text="When a value of the deal last changed.")


class DealPage(PageSerializer):
    data = DealSerializer(many=True)  # type: ignore[assignment]  # REST framework has a property `data`
