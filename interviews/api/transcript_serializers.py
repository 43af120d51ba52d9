from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from interviews.lifecycle import Coverage, Direction
from interviews.models import Transcript


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
    places = serializers.SerializerMethodField(
        help_text="Where each of the excerpts stands. Empty if an older version completed the interview."
    )

    @extend_schema_field(PlaceSerializer(many=True))
    def get_places(self, key_answers: Mapping[str, Any]) -> Any:
        return key_answers.get("places", [])


class DriverSerializer(PlaceSerializer):
    """Something that spoke for the vendor or against it, and where in the transcript the contact said so."""

    topic = serializers.CharField(help_text="The key of the topic that the words are about.")
    title = serializers.CharField()
    direction = serializers.ChoiceField(
        choices=Direction.choices,
        help_text="For or against your company; neutral if the contact said that it made no difference.",
    )
    quote = serializers.CharField(help_text="The contact's words, exactly.")


class CoverageSerializer(serializers.Serializer[Any]):
    topic = serializers.CharField(help_text="The key of a topic that the objective emphasizes.")
    title = serializers.CharField()
    status = serializers.ChoiceField(
        choices=Coverage.choices,
        help_text="denied: the contact said that it did not come up. touched: it came up in answers to other topics.",
    )
    turns = serializers.ListField(
        child=serializers.IntegerField(min_value=1), help_text="The numbers of the blocks in content that show it."
    )


class TranscriptSerializer(serializers.Serializer[Transcript]):
    document_id = serializers.CharField(source="public_id")
    content = serializers.CharField(
        help_text="Markdown: a `**Paige:**` or `**Name:**` block for each turn. Texts are escaped, so that only "
        "the names are bold. Characters that are not seen but change how a text looks are shown as {U+202E}, also in "
        "excerpts and quotes."
    )
    key_answers = KeyAnswersSerializer(many=True, help_text="By topic, in the guide's order.")
    drivers = DriverSerializer(many=True, help_text="In the order of the transcript, at most five for each topic.")
    coverage = CoverageSerializer(
        many=True,
        help_text="What of the objective was answered, as the objective was when the interview was completed.",
    )
    created_at = serializers.DateTimeField()
