"""The subjects as staff have corrected them, as the text that is stored and audited. An empty text: as found.

SSO
audit logs (may be named)
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

MAY_BE_NAMED = " (may be named)"
NO_SUBJECT = "no subject"
MAX_LENGTH = 60

_PLAIN = re.compile(r"\w(?:[\w \-&/.'\N{RIGHT SINGLE QUOTATION MARK}+#]*[\w+#])?")


@dataclass(frozen=True)
class CorrectedSubjects:
    every: tuple[str, ...] = ()
    nameable: tuple[str, ...] = ()


def subjects_text(corrected: CorrectedSubjects | None) -> str:
    if corrected is None:
        return ""
    lines = [f"{each}{MAY_BE_NAMED}" if each in corrected.nameable else each for each in corrected.every]
    return "\n".join(lines) or NO_SUBJECT


def subjects_in(text: str) -> CorrectedSubjects | None:
    """Ignores empty lines, spaces around a subject, and subjects that stand twice."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    if not lines:
        return None
    lines = [line for line in lines if line != NO_SUBJECT]
    return CorrectedSubjects(_each(lines), _each(line for line in lines if line.endswith(MAY_BE_NAMED)))


def is_plain(subject: str) -> bool:
    """Whether Paige can name it."""
    return len(subject) <= MAX_LENGTH and subject.isprintable() and _PLAIN.fullmatch(subject) is not None


def _each(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.removesuffix(MAY_BE_NAMED) for line in lines))
