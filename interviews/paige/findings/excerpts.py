import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from interviews.lifecycle import Speaker
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.answers.transcript_markdown import Block
from interviews.paige.language.sentences import SENTENCE_GAP
from interviews.paige.reading.readings import Act, Clause

EXCERPT_LENGTH = 400
ACTS_OF_FINDINGS = (None, Act.SAID_BEFORE)
"""A clause with another act is about the interview, even if it states something."""

_WORD = re.compile(r"[^\W_]")
_EDGE = " \t\n\N{NO-BREAK SPACE},;:-\N{EN DASH}\N{EM DASH}"


@dataclass(frozen=True)
class Excerpt:
    """`start` counts code points of the answer."""

    turn: int
    start: int
    text: str = field(repr=False)

    def place(self, transcript: list[Block]) -> Mapping[str, int]:
        """`start` and `end` count the code points of the transcript's content."""
        block = transcript[self.turn - 1]
        start, end = block.content_offset(self.start), block.content_offset(self.start + len(self.text))
        return {"turn": self.turn, "start": start, "end": end}

    def part(self, start: int, end: int) -> "Excerpt":
        """Without spaces, commas and dashes at its ends."""
        text = self.text[start:end]
        inner = text.lstrip(_EDGE)
        return Excerpt(self.turn, self.start + start + len(text) - len(inner), inner.rstrip(_EDGE))

    @property
    def beginning(self) -> "Excerpt":
        """Cut after the last sentence, or else the last word, that fits. A semicolon ends no excerpt."""
        if len(self.text) <= EXCERPT_LENGTH:
            return self
        cut = self.text[: EXCERPT_LENGTH + 1]
        ends = [gap.start() for gap in SENTENCE_GAP.finditer(cut) if cut[gap.start() - 1] != ";"]
        spaces = [match.start() for match in re.finditer(r"\s", cut)]
        return self.part(0, max(ends or spaces or [EXCERPT_LENGTH]))


def numbered_answers(conversation: Iterable[Utterance]) -> Iterator[tuple[int, Utterance]]:
    """Yields each answer with its number, which counts Paige's turns too, from 1."""
    return (pair for pair in enumerate(conversation, start=1) if pair[1].speaker is Speaker.CONTACT)


def finding_clauses(answer: Utterance) -> list[Clause]:
    return [clause for clause in answer.as_read.stating if clause.act in ACTS_OF_FINDINGS]


def own_findings(answer: Utterance) -> list[Clause]:
    """None of an e-mail, which others wrote."""
    return [] if answer.is_pasted else finding_clauses(answer)


def clause_excerpt(turn: int, answer: Utterance, clause: Clause) -> Excerpt | None:
    """None if nothing is left of it."""
    excerpt = Excerpt(turn, 0, answer.text).part(clause.start, clause.end)
    return excerpt.beginning if _WORD.search(excerpt.text) else None


def finding_excerpts(turn: int, answer: Utterance) -> Iterator[Excerpt]:
    """Without questions, wishes, refusals and small talk. Together at most EXCERPT_LENGTH long.

    Empty for a bare denial.
    """
    if answer.as_read.is_bare_denial:
        return
    left = EXCERPT_LENGTH
    for run in _runs(turn, answer):
        run = run.beginning if left == EXCERPT_LENGTH else run
        if len(run.text) > left:
            return
        yield run
        left -= len(run.text)


def _runs(turn: int, answer: Utterance) -> Iterator[Excerpt]:
    """From the first to the last finding between clauses with acts. Fillers between findings stay."""
    for is_told, clauses in groupby(answer.as_read.clauses, key=lambda clause: clause.act in ACTS_OF_FINDINGS):
        found = [clause for clause in clauses if is_told and clause.kind]
        run = Excerpt(turn, 0, answer.text).part(found[0].start, found[-1].end) if found else None
        if run and run.text:
            yield run
