from typing import Any

from django.core.management.base import CommandError, CommandParser

from interviews.management.requests import add_interview_request_id, get_interview_request
from interviews.paige.brief import brief_for
from interviews.paige.prompt import messages_for, render_prompt
from orgs.commands import Command as BaseCommand


class Command(BaseCommand):
    help = (
        "Prints the prompt for Paige's next question in an interview request. If a question has no answer yet, prints "
        "the prompt for that question, with the current notes and objective."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_interview_request_id(parser)

    def run(self, **options: Any) -> str:
        interview_request_id: int = options["interview_request_id"]
        self.event_about = interview_request = get_interview_request(interview_request_id)
        brief = brief_for(interview_request)
        if brief is None:
            raise CommandError(f"Paige has nothing left to ask in interview request {interview_request_id}.")
        return render_prompt(messages_for(brief))
