from typing import Any

from rest_framework import serializers

from deals.models import Outcome
from hindsight.api.pagination import PageSerializer
from interviews.api.bodies import DriverSerializer, InterviewRequestIdField, PlaceSerializer


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


class TranscriptHitPage(PageSerializer):
    data = TranscriptHit(many=True)  # type: ignore[assignment]  # REST framework has a property `data`


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


class FindingPage(PageSerializer):
    data = Finding(many=True)  # type: ignore[assignment]
