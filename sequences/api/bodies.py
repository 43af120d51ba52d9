from typing import Any

from rest_framework import serializers

from hindsight.api.pagination import page_of_rows


class StepSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField(min_value=0, help_text="0 is the invitation, the others are reminders.")
    delay = serializers.IntegerField(min_value=0, help_text="Business days after the mail before.")
    subject = serializers.CharField(help_text="With placeholders, such as {name}.")
    text = serializers.CharField(help_text="With placeholders. {link} is the survey link.")


class SequenceSummarySerializer(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="Send it as sequence_id in POST /interviews.")
    name = serializers.CharField()
    interview_type_id = serializers.CharField(help_text="The interview type of its interview requests.")
    language = serializers.CharField(help_text="Of the mails, such as en.")


class SequenceSerializer(SequenceSummarySerializer):
    needs_approval = serializers.BooleanField(
        help_text="Whether one of our staff reads each invitation before it leaves."
    )
    steps = StepSerializer(many=True)


SequencePage = page_of_rows("SequencePage", SequenceSummarySerializer)


SUMMARY_EXAMPLE = {"id": "seq_3", "name": "Buyers, in English", "interview_type_id": "type_12", "language": "en"}
EXAMPLE = {
    **SUMMARY_EXAMPLE,
    "needs_approval": True,
    "steps": [
        {
            "number": 0,
            "delay": 0,
            "subject": "{vendor} would like to hear why you decided as you did",
            "text": "Hello {name},\n\nmay Paige, an AI interviewer, ask you about it?\n\n{link}\n\n{sender}",
        }
    ],
}
PAGE_EXAMPLE = {"data": [SUMMARY_EXAMPLE], "next_cursor": None}
