import re
from dataclasses import dataclass, field
from typing import Self

from django.http import HttpRequest

# Enough for any question, and always a valid integer in the database.
NUMBER = re.compile(r"[0-9]{1,4}", re.ASCII)


@dataclass(frozen=True)
class Posted:
    """`number`: the question that `text` answers, or 0. `corrections`: texts by question number.

    Without form fields, `reason` and `comment` are None, and `rating` is 0.
    """

    token: str = field(default="", repr=False)
    step: str = ""
    number: int = 0
    text: str = field(default="", repr=False)
    corrections: dict[int, str] = field(default_factory=dict, repr=False)
    reason: str | None = field(default=None, repr=False)
    comment: str | None = field(default=None, repr=False)
    rating: int = 0
    language: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """Raises Django's errors if the body is too large or unreadable."""
        form = request.POST
        step, _, language = form.get("step", "").partition(":")
        return cls(
            token=form.get("token", ""),
            step=step,
            number=number_in(form.get("number", "")),
            text=form.get("text", ""),
            corrections={number_in(name[7:]): form[name] for name in form if name.startswith("answer-")},
            reason=form.get("reason"),
            comment=form.get("comment"),
            rating=number_in(form.get("rating", "")),
            language=form.get("language", "") or language,
        )

    @property
    def next_page(self) -> dict[str, object]:
        """The query of the page after the step. An invitation that comes again keeps the language."""
        language = {"language": self.language} if self.step == "reconsider" and self.language else {}
        return {"token": self.token, "question": self._next_number or "", **language}

    @property
    def _next_number(self) -> int | None:
        if self.step == "consent":
            return 1
        return self.number + 2 if self.number else None

    @property
    def texts(self) -> list[str]:
        return [text for text in (*self.answers, self.comment or "") if text.strip()]

    @property
    def answers(self) -> list[str]:
        return [text for text in (self.text, *self.corrections.values()) if text.strip()]


def number_in(text: str) -> int:
    return int(text) if NUMBER.fullmatch(text) else 0
