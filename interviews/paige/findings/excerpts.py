import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from interviews.lifecycle import Speaker
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.answers.sentences import NOT_FINDINGS, Sentence
from interviews.paige.answers.transcript_markdown import Block
from interviews.paige.language.sentences import SENTENCE_GAP

EXCERPT_LENGTH = 400


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
        text = self.text[start:end]
        return Excerpt(self.turn, self.start + start + len(text) - len(text.lstrip()), text.strip())

    def trimmed(self, characters: str) -> "Excerpt":
        text = self.text.strip(characters)
        return Excerpt(self.turn, self.start + self.text.index(text), text)


def numbered_answers(conversation: Iterable[Utterance]) -> Iterator[tuple[int, Utterance]]:
    """Yields each answer with its number, which counts Paige's turns too, from 1."""
    return (pair for pair in enumerate(conversation, start=1) if pair[1].speaker is Speaker.CONTACT)


def sentence_excerpts(turn: int, answer: Utterance) -> Iterator[tuple[Sentence, Excerpt]]:
    end = 0
    for sentence in answer.reading.sentences:
        start = answer.text.index(sentence.text, end)
        end = start + len(sentence.text)
        yield sentence, Excerpt(turn, 0, answer.text).part(start, end)


def finding_excerpts(turn: int, answer: Utterance) -> Iterator[Excerpt]:
    """Without questions, wishes and refusals, together at most EXCERPT_LENGTH long. Empty for a bare denial."""
    if answer.reading.is_bare_denial:
        return
    left = EXCERPT_LENGTH
    for first, last in _runs(turn, answer):
        run = Excerpt(turn, 0, answer.text).part(first.start, last.start + len(last.text))
        run = _beginning(run) if left == EXCERPT_LENGTH else run
        if len(run.text) > left:
            return
        yield run
        left -= len(run.text)


def _runs(turn: int, answer: Utterance) -> Iterator[tuple[Excerpt, Excerpt]]:
    run: list[Excerpt] = []
    for sentence, excerpt in sentence_excerpts(turn, answer):
        if sentence.is_finding:
            run.append(excerpt)
        elif run and sentence.intents & NOT_FINDINGS:
            yield run[0], run[-1]
            run = []
    if run:
        yield run[0], run[-1]


def _beginning(excerpt: Excerpt) -> Excerpt:
    """Cuts after the last sentence, or else the last word, that fits. A semicolon ends no excerpt."""
    if len(excerpt.text) <= EXCERPT_LENGTH:
        return excerpt
    cut = excerpt.text[: EXCERPT_LENGTH + 1]
    ends = [gap.start() for gap in SENTENCE_GAP.finditer(cut) if cut[gap.start() - 1] != ";"]
    spaces = [match.start() for match in re.finditer(r"\s", cut)]
    return excerpt.part(0, max(ends or spaces or [EXCERPT_LENGTH]))
