import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from types import MappingProxyType
from typing import Any

from interviews.lifecycle import Direction
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.answers.lexicon import language_of
from interviews.paige.answers.opinion_words import OpinionWords, opinion_words
from interviews.paige.answers.transcript_markdown import Block
from interviews.paige.findings.direction import Judge
from interviews.paige.findings.excerpts import EXCERPT_LENGTH, Excerpt, numbered_answers, sentence_excerpts
from interviews.paige.findings.reasons import Clause, reasons_for_the_decision
from interviews.paige.guide.guide import Guide, Topic
from interviews.paige.language.words import SpelledText
from interviews.paige.turn.brief import Brief

NOTHING: Mapping[Any, Any] = MappingProxyType({})

MAX_DRIVERS_OF_A_TOPIC = 5
MAX_CLAUSES_OF_AN_ANSWER = 120
"""Bounds the time for a long answer."""

_WORD = re.compile(r"[^\W_]+")
_EDGE = " \t\n\N{NO-BREAK SPACE},;:-\N{EN DASH}\N{EM DASH}"


@dataclass(frozen=True)
class Driver:
    topic: Topic
    direction: Direction
    quote: Excerpt
    is_reason: bool

    def shown(self, transcript: list[Block]) -> dict[str, Any]:
        topic, quote = self.topic, self.quote
        shown = {"topic": topic.key, "title": topic.title, "direction": str(self.direction), "quote": quote.text}
        return {**shown, **quote.place(transcript), "is_reason": self.is_reason, "review": None}


def drivers(brief: Brief, chosen: Mapping[Excerpt, Direction] = NOTHING) -> list[Driver]:
    """`chosen`: directions of clauses that the rules do not judge."""
    every = list(judged(brief))
    reasons = reasons_for_the_decision(every, _words(brief))
    outcome = _outcome(brief)
    by_rank: list[list[Driver]] = [[], [], []]
    for clause, judgement in every:
        is_reason = clause.quote in reasons
        direction = judgement or chosen.get(clause.quote) or (outcome if is_reason else None)
        if direction:
            rank = 0 if is_reason else 1 if judgement else 2
            by_rank[rank].append(Driver(clause.topic(brief.guide), direction, clause.quote, is_reason))
    return sorted(_limited(chain(*by_rank)), key=lambda driver: (driver.quote.turn, driver.quote.start))


def judged(brief: Brief) -> Iterator[tuple[Clause, Direction | None]]:
    words, about = _words(brief), _topics_about(brief.vendor, brief.guide)
    judges = {is_about: Judge(words, brief.vendor, is_about) for is_about in (False, True)}
    for clause in clauses(brief):
        yield clause, judges[clause.asked in about].direction(clause.quote.text)


def _outcome(brief: Brief) -> Direction:
    """What the decision was for, as far as the contact says whom they chose."""
    judge = Judge(_words(brief), brief.vendor, is_about_vendor=False)
    found = {direction for clause in clauses(brief) if (direction := judge.choice(clause.quote.text))}
    return found.pop() if len(found) == 1 else Direction.UNCLEAR


def _limited(found: Iterable[Driver]) -> Iterator[Driver]:
    counts: Counter[str] = Counter()
    for driver in found:
        counts[driver.topic.key] += 1
        if counts[driver.topic.key] <= MAX_DRIVERS_OF_A_TOPIC:
            yield driver


def clauses(brief: Brief) -> Iterator[Clause]:
    """Cut at words of contrast such as "but"."""
    words = _words(brief)
    for turn, answer in numbered_answers(brief.conversation):
        if not answer.reading.is_pasted:
            asked = brief.guide.topic(answer.topic)
            yield from (
                Clause(quote, asked) for quote in islice(_quotes(turn, answer, words), MAX_CLAUSES_OF_AN_ANSWER)
            )


def _quotes(turn: int, answer: Utterance, words: OpinionWords) -> Iterator[Excerpt]:
    for sentence, text in sentence_excerpts(turn, answer):
        if sentence.is_finding:
            yield from _cut(text, words)


def _words(brief: Brief) -> OpinionWords:
    said = " ".join(answer.text for _, answer in numbered_answers(brief.conversation))
    return opinion_words(language_of(said, brief.guide.language))


def _cut(sentence: Excerpt, words: OpinionWords) -> Iterator[Excerpt]:
    text = SpelledText.of(sentence.text)
    cuts = [0, len(sentence.text)]
    for contrast in words.contrasts.finditer(text.plain):
        cuts[-1:-1] = text.span(contrast)
    for start, end in zip(cuts[::2], cuts[1::2], strict=True):
        quote = sentence.part(start, end).trimmed(_EDGE)
        if _WORD.search(quote.text) and len(quote.text) <= EXCERPT_LENGTH:
            yield quote


def _topics_about(vendor: str, guide: Guide) -> Collection[Topic]:
    """From the first to the last topic that names the vendor, including topics such as price that do not name it."""
    named = [index for index, topic in enumerate(guide.topics) if any(vendor in text for text in topic.wordings())]
    return guide.topics[named[0] : named[-1] + 1] if named else ()
