from typing import NewType

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from hindsight.text.storable import clean_text

MAX_OBJECTIVE_LENGTH = 10_000
MAX_ANSWER_LENGTH = 10_000
MAX_COMMENT_LENGTH = 2_000

Objective = NewType("Objective", str)


def clean_objective(objective: str) -> Objective:
    return Objective(clean_text(objective, MAX_OBJECTIVE_LENGTH))


def clean_comment(comment: str) -> str:
    """Raises ValidationError."""
    return clean_text(trimmed(comment), MAX_COMMENT_LENGTH)


def clean_answer(answer: str) -> str:
    """Raises ValidationError, also if the text is blank."""
    answer = trimmed(answer)
    if not answer:
        raise ValidationError(gettext("Write an answer, or skip the question."))
    return clean_text(answer, MAX_ANSWER_LENGTH)


def trimmed(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
