from typing import Any

from django.core.management.base import CommandError, CommandParser

from interviews.models import InterviewRequest
from interviews.paige.brief import brief_for
from interviews.paige.prompt import messages_for, render_prompt
from orgs.commands import Command as BaseCommand


class Command(BaseCommand):
    help = "Prints the prompt that Paige would be given next for an interview request."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("interview_request_id", metavar="INTERVIEW_REQUEST_ID", type=int)

    def run(self, **options: Any) -> str:
        interview_request_id: int = options["interview_request_id"]
        queryset = InterviewRequest.objects.select_related("org", "contact", "interview_type", "conversation")
        try:
            request = queryset.get(pk=interview_request_id)
        except InterviewRequest.DoesNotExist:
            raise CommandError(f"There is no interview request {interview_request_id}.") from None
        brief = brief_for(request)
        if brief is None:
            raise CommandError(f"Paige has nothing left to ask in interview request {interview_request_id}.")
        return render_prompt(messages_for(brief))
