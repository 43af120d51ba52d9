import re
from dataclasses import dataclass, field
from typing import Self

from django.http import HttpRequest

# Enough for any question, and always a valid integer in the database.
NUMBER = re.compile(r"[0-9]{1,4}", re.ASCII)


@dataclass(frozen=True)
class Posted:
    """`number` is the question that `text` answers, or 0. `corrections` has the recap's texts by question number."""

    token: str = field(default="", repr=False)
    step: str = ""
    number: int = 0
    text: str = field(default="", repr=False)
    corrections: dict[int, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """Raises Django's errors if the body is too large or unreadable."""
        form = request.POST
        return cls(
            token=form.get("token", ""),
            step=form.get("step", ""),
            number=_number(form.get("number", "")),
            text=form.get("text", ""),
            corrections={_number(name[7:]): form[name] for name in form if name.startswith("answer-")},
        )

    @property
    def texts(self) -> list[str]:
        """All texts that are not blank."""
        return [text for text in (self.text, *self.corrections.values()) if text.strip()]


def _number(text: str) -> int:
    return int(text) if NUMBER.fullmatch(text) else 0
