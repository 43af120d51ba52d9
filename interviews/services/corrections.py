from collections.abc import Iterable, Sequence

from django.utils import timezone

from interviews.lifecycle import Move, Speaker, Wording
from interviews.models import Turn
from interviews.paige.answers.quotes import quote_in
from interviews.paige.guide.guide import Guide
from interviews.paige.reading.readings import AnswerReading
from interviews.paige.reading.stored import answer_text
from interviews.paige.turn.brief import utterances_of
from interviews.paige.turn.compose import withdrawn_words

WITHDRAWN = "…"


def delete_unsent(interview_request_ids: Iterable[int]) -> None:
    """Deletes what was said in declined interviews. The turns stay without it, so that break-offs can be counted.

    Call it in a transaction that has locked the conversations.
    """
    turns = Turn.objects.filter(interview_request__in=interview_request_ids)
    turns.filter(speaker=Speaker.PAIGE).update(text=WITHDRAWN, authored="")
    turns.filter(move=Move.ANSWER).update(move=Move.SKIP, text="", reading="", corrected_at=timezone.now())


def correct(answer: Turn, text: str, reading: AnswerReading | None = None) -> str:
    """Returns the text before, or "" if it stays. A blank text withdraws the answer. `reading`: of the new text."""
    before = answer.text
    if text != before:
        answer.text, answer.move = text, Move.ANSWER if text else Move.SKIP
        answer.reading, answer.corrected_at = answer_text(reading, text), timezone.now()
        answer.save(update_fields=["text", "move", "reading", "corrected_at"])
    return "" if text == before else before


def withdraw_quotes(guides: Sequence[Guide], turns: Sequence[Turn], withdrawn: Iterable[str]) -> None:
    """Paige's messages keep no words that the contact has withdrawn. Those of a model become the authored ones."""
    answers = "\n".join(turn.text for turn in turns if turn.speaker == Speaker.CONTACT)
    before = "\n".join(withdrawn)
    for turn, utterance in zip(turns, utterances_of(turns), strict=True):
        quote = quote_in(utterance, guides) if turn.speaker == Speaker.PAIGE else ""
        is_withdrawn = bool(quote and quote in before and quote not in answers)
        if is_withdrawn or (turn.authored and withdrawn_words(turn.text, before, [answers, turn.authored])):
            text = utterance.authored_text
            turn.text = text.replace(quote, WITHDRAWN) if quote and is_withdrawn else text
            turn.authored, turn.worded_by = "", Wording.GUIDE
            turn.save(update_fields=["text", "authored", "worded_by"])
