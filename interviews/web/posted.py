"""What a form of the page has sent, read from a request that may hold anything."""

import re
from dataclasses import dataclass, field
from typing import Self

from django.http import HttpRequest

# Far above any question's number, and far below what a database refuses to compare with.
NUMBER = re.compile(r"[0-9]{1,4}", re.ASCII)


@dataclass(frozen=True)
class Posted:
    """`number`: of the question that `text` answers, 0 for none. `corrections`: the recap's texts, by question."""

    token: str = field(default="", repr=False)
    step: str = ""
    number: int = 0
    text: str = field(default="", repr=False)
    corrections: dict[int, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """Raises what Django raises for a body that is too large or cannot be read as a form."""
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
        """Whatever the contact has written."""
        return [text for text in (self.text, *self.corrections.values()) if text.strip()]


def _number(text: str) -> int:
    return int(text) if NUMBER.fullmatch(text) else 0
