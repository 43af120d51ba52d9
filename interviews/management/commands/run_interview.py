import sys
from typing import Any, TextIO

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser

from interviews.commands import add_interview_request_id, get_interview_request
from interviews.lifecycle import Move, Speaker
from interviews.paige.dialogue import Utterance, answered, render_transcript
from interviews.paige.engines import engine, writer
from interviews.paige.guide.guide import Guide
from interviews.paige.turn.brief import opening_brief
from interviews.paige.turn.compose import next_message
from interviews.text import clean_answer
from orgs.commands import RecordedCommand

FINISH = "/finish"
MARK = "TEST: this interview is not stored."
HELP = f"{MARK} One line is one answer. An empty line skips the question. {FINISH} or end of input ends it."


class Command(RecordedCommand):
    help = (
        "Runs a test interview in the terminal, with the guide, notes and objective of an interview request. "
        "Prints the transcript and stores nothing."
    )
    stealth_options = ("stdin",)

    def add_arguments(self, parser: CommandParser) -> None:
        add_interview_request_id(parser)

    def run(self, *, interview_request_id: int, stdin: TextIO | None = None, **options: Any) -> str:
        self.event_about = interview_request = get_interview_request(interview_request_id)
        guide = Guide.from_data(interview_request.interview_type.guide)
        utterances: list[Utterance] = []
        self.tell(HELP)
        # Reread for each turn: a PATCH may change notes and objective.
        while message := next_message(
            opening_brief(get_interview_request(interview_request_id), guide).after(utterances), engine(), writer()
        ):
            choice, words = message.choice, "; worded by a model" if message.authored else ""
            self.tell(f"\n{message.text}  [{choice.move.topic.title}; {choice.move.move}; {choice.engine}{words}]")
            utterances.append(message.utterance)
            answer = self.read_answer(stdin or sys.stdin)
            if answer is None:
                break
            utterances.append(Utterance(Speaker.CONTACT, answer, choice.move.topic.key, Move.ANSWER))
        transcript = render_transcript(answered(utterances), interview_request.contact.name)
        return "\n\n".join(filter(None, [MARK, transcript]))

    def read_answer(self, stdin: TextIO) -> str | None:
        """Returns an empty string for a skip, and None at the end of input."""
        while line := stdin.readline():
            if line.strip() == FINISH:
                return None
            try:
                return clean_answer(line) if line.strip() else ""
            except ValidationError as error:
                self.tell(" ".join(error.messages))
        return None

    def tell(self, line: str) -> None:
        """Standard output is the transcript."""
        self.stderr.write(line, style_func=str)
