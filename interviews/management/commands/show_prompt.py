from typing import Any

from django.core.management.base import CommandError, CommandParser

from interviews.commands import add_interview_request_id, get_interview_request
from interviews.paige.model.prompt import render_prompt
from interviews.reports.prompt_preview import NoPromptError, preview_of
from interviews.services.own_data import WITHOUT_ANSWERS
from orgs.commands import RecordedCommand


class Command(RecordedCommand):
    help = (
        "Prints the prompt for Paige's first question in an interview request, with the current notes and objective. "
        "Answers that were not sent are not printed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_interview_request_id(parser)

    def run(self, *, interview_request_id: int, **options: Any) -> str:
        self.event_detail = WITHOUT_ANSWERS
        self.event_about = interview_request = get_interview_request(interview_request_id)
        try:
            return render_prompt(preview_of(interview_request).messages)
        except NoPromptError as error:
            raise CommandError(str(error)) from None
