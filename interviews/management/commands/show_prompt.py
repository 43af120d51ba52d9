from typing import Any

from django.core.management.base import CommandError, CommandParser

from interviews.commands import add_interview_request_id, get_interview_request
from interviews.paige.model.prompt import render_prompt
from interviews.paige.preview import NoPromptError, preview_of
from orgs.commands import Command as BaseCommand


class Command(BaseCommand):
    help = (
        "Prints the prompt for Paige's next question in an interview request, and the prompt to word it if a model "
        "may. If a question has no answer yet, prints the prompts for that question, with the current notes and "
        "objective."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_interview_request_id(parser)

    def run(self, **options: Any) -> str:
        self.event_about = interview_request = get_interview_request(options["interview_request_id"])
        try:
            preview = preview_of(interview_request)
            return render_prompt(preview.messages, preview.wording)
        except NoPromptError as error:
            raise CommandError(str(error)) from None
