import sys
from typing import Any, TextIO

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser

from interviews.lifecycle import Speaker
from interviews.management.requests import add_interview_request_id, get_interview_request
from interviews.paige.brief import opening_brief
from interviews.paige.dialogue import Utterance, answered
from interviews.paige.engines import interviewer
from interviews.paige.transcript_markdown import render_transcript
from interviews.text import clean_answer
from orgs.commands import Command as BaseCommand

FINISH = "/finish"
MARK = "TEST: nothing of this interview is stored."
HELP = f"{MARK} One line is one answer; an empty line skips the question, {FINISH} or the end of the input ends it."


class Command(BaseCommand):
    help = (
        "Runs a test interview in the terminal, with the guide, notes and objective of an interview request. "
        "Prints the transcript and stores nothing."
    )
    stealth_options = ("stdin",)

    def add_arguments(self, parser: CommandParser) -> None:
        add_interview_request_id(parser)

    def run(self, **options: Any) -> str:
        stdin: TextIO = options.get("stdin") or sys.stdin
        interview_request_id: int = options["interview_request_id"]
        self.event_about = interview_request = get_interview_request(interview_request_id)
        guide = interview_request.interview_type.guide
        said: list[Utterance] = []
        self.tell(HELP)
        # Read for each turn, because notes and objective may change during the interview.
        while following := opening_brief(get_interview_request(interview_request_id), guide).after(said):
            message = interviewer().next_message(following)
            self.tell(f"\n{message.text}  [{following.topic.title}; {message.engine}]")
            said.append(Utterance(Speaker.PAIGE, message.text, following.topic.key))
            answer = self.read_answer(stdin)
            if answer is None:
                break
            said.append(Utterance(Speaker.CONTACT, answer, following.topic.key))
        return "\n\n".join(filter(None, [MARK, render_transcript(answered(said), interview_request.contact.name)]))

    def read_answer(self, stdin: TextIO) -> str | None:
        """Returns an empty string for a skip, and None at the end of the interview."""
        while line := stdin.readline():
            if line.strip() == FINISH:
                return None
            try:
                return clean_answer(line) if line.strip() else ""
            except ValidationError as error:
                self.tell(" ".join(error.messages))
        return None

    def tell(self, line: str) -> None:
        """Writes to standard error. Standard output has only the transcript."""
        self.stderr.write(line, style_func=str)
