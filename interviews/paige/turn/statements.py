"""Statements: the clauses of an answer that are worth asking about."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from interviews.lifecycle import Direction
from interviews.paige.answers.quotes import quote_from, statement_words, words_that_show
from interviews.paige.dialogue import Utterance
from interviews.paige.guide.texts import FollowUpKind
from interviews.paige.language import SENTENCE_GAP, unaccented
from interviews.paige.reading import thresholds
from interviews.paige.reading.readings import About, Act, AnswerReading, Clause, StatementKind

MAX_STATEMENTS, MAX_CHARACTERS_AROUND = 40, 500
"""They bound the time for a long answer, and for the sentence around a statement."""

_K = FollowUpKind
Kinds = frozenset[FollowUpKind]

HYPOTHETICAL = frozenset({_K.CONSEQUENCE, _K.CHANGE, _K.NEXT, _K.NOW})
"""Something hypothetical tells its consequence, and has not happened."""

FITTING: Mapping[StatementKind, tuple[Kinds, Kinds]] = {
    StatementKind.JUDGEMENT: (
        frozenset({_K.REASON, _K.INSTANCE, _K.COMPARISON, _K.CHANGE}),
        frozenset({_K.CONSEQUENCE, _K.PEOPLE, _K.NEXT, _K.NOW}),
    ),
    StatementKind.NEED: (
        frozenset({_K.REASON, _K.CHANGE}),
        frozenset({_K.CONSEQUENCE, _K.INSTANCE, _K.PEOPLE, _K.COMPARISON, _K.NOW}),
    ),
    StatementKind.EVENT: (
        frozenset({_K.CONSEQUENCE, _K.NEXT, _K.PEOPLE, _K.CHANGE, _K.NOW}),
        frozenset({_K.COMPARISON, _K.REASON}),
    ),
    StatementKind.FACT: (
        frozenset({_K.CONSEQUENCE, _K.COMPARISON, _K.PEOPLE, _K.CHANGE, _K.NOW}),
        frozenset({_K.INSTANCE, _K.NEXT}),
    ),
}
"""The kinds of follow-ups that fit a kind of statement: those to ask first, and others. Within a set, the order of the
guide counts.
"""
FITTING_EVENTS_OF_OTHERS = (
    frozenset({_K.CONSEQUENCE, _K.NEXT, _K.CHANGE, _K.NOW}),
    frozenset({_K.COMPARISON, _K.PEOPLE}),
)
"""The contact does not know why others did something."""


@dataclass(frozen=True)
class Statement(Clause):
    """`shows`: the kinds of follow-ups that it answers already. `quote`: its part that can be quoted, or ""."""

    shows: Kinds = frozenset()
    quote: str = field(default="", repr=False)

    @property
    def is_praise(self) -> bool:
        """Less can be learned from praise than from a complaint."""
        return self.speaks is Direction.FOR

    @property
    def is_doubtful(self) -> bool:
        """It may be small talk."""
        return self.certainty < thresholds.SURE

    @property
    def fitting(self) -> tuple[Kinds, Kinds]:
        is_of_others = self.kind is StatementKind.EVENT and self.about in (About.VENDOR, About.RIVAL)
        return FITTING_EVENTS_OF_OTHERS if is_of_others else FITTING[self.kind or StatementKind.FACT]


def statements(answer: Utterance, language: str) -> tuple[Statement, ...]:
    """Of an answer that was read. Denials leave nothing to ask. Empty for an e-mail and beside a wish to stop."""
    return () if answer.is_pasted else _statements(answer.text, answer.as_read, language)


@lru_cache(maxsize=512)
def _statements(text: str, reading: AnswerReading, language: str) -> tuple[Statement, ...]:
    if Act.WANTS_TO_STOP in reading.acts:
        return ()
    quotable, gaps = reading.quotable, [*SENTENCE_GAP.finditer(text)]
    told = [clause for clause in reading.stating if clause.kind is not StatementKind.DENIAL][:MAX_STATEMENTS]
    return tuple(
        Statement(
            **vars(clause),
            shows=frozenset(_shown(_sentence(text, clause, gaps), clause, language)),
            quote=quote_from(clause.text, language) if clause in quotable else "",
        )
        for clause in told
    )


def _shown(sentence: str, clause: Clause, language: str) -> Iterator[FollowUpKind]:
    plain = unaccented(sentence)
    yield from (kind for kind, markers in words_that_show(language).items() if markers.search(plain))
    if statement_words(language, "hypothetical").search(unaccented(clause.text)):
        yield from HYPOTHETICAL


def _sentence(text: str, clause: Clause, gaps: Sequence[re.Match[str]]) -> str:
    """The sentence of the clause, because a reason may be a clause of its own. `gaps`: between sentences."""
    start = max((gap.end() for gap in gaps if gap.end() <= clause.start), default=0)
    end = min((gap.start() for gap in gaps if gap.start() >= clause.end), default=len(text))
    return text[max(start, clause.start - MAX_CHARACTERS_AROUND) : min(end, clause.end + MAX_CHARACTERS_AROUND)]
