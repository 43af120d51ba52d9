"""The reasons that a contact gives for the decision. They are drivers even without a word that judges."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from interviews.lifecycle import Direction
from interviews.paige.answers.opinion_words import OpinionWords
from interviews.paige.findings.excerpts import Excerpt
from interviews.paige.guide.guide import Guide, Topic
from interviews.paige.language.words import accented, unaccented

DECISION = "decision"
"""The key of the topic whose answers give reasons."""
MIN_WORDS = 3
MAX_REASONS_OF_AN_ANSWER = 3

Judged = tuple["Clause", Direction | None]


@dataclass(frozen=True)
class Clause:
    quote: Excerpt
    asked: Topic

    def topic(self, guide: Guide) -> Topic:
        """The topic of the question wins a tie."""
        return max([self.asked, *guide.topics], key=lambda topic: len(topic.phrases_in(self.quote.text)))


def reasons_for_the_decision(judged: Sequence[Judged], words: OpinionWords) -> frozenset[Excerpt]:
    by_answer = groupby(judged, key=lambda each: each[0].quote.turn)
    return frozenset(quote for _, answer in by_answer for quote in _reasons(list(answer), words))


def _reasons(answer: Sequence[Judged], words: OpinionWords) -> Iterator[Excerpt]:
    given = [clause for clause, _ in answer if _says_what_was(clause, words)]
    certain = [clause for clause in given if _is_reason(clause, words)]
    certain += [before for before, after in _pairs(answer, words) if before not in certain]
    others = [clause for clause in given if _may_be_a_reason(clause, words) and clause not in certain]
    for clause in [*certain, *others][:MAX_REASONS_OF_AN_ANSWER]:
        yield clause.quote


def _pairs(answer: Sequence[Judged], words: OpinionWords) -> Iterator[tuple[Clause, Clause]]:
    """A clause and the one after it that draws the conclusion: "SSO was missing. That is why we left."."""
    clauses = [clause for clause, _ in answer]
    for before, after in pairwise(clauses):
        plain = unaccented(after.quote.text)
        if words.conclusions.match(plain) and (words.decisions.search(plain) or after.asked.key == DECISION):
            yield before, after


def _is_reason(clause: Clause, words: OpinionWords) -> bool:
    plain = unaccented(clause.quote.text)
    is_about_it = clause.asked.key == DECISION or words.decisions.search(plain)
    return bool(is_about_it and words.reasons.search(plain))


def _may_be_a_reason(clause: Clause, words: OpinionWords) -> bool:
    """Not "The board decided in March"."""
    return clause.asked.key == DECISION and not words.decisions.search(unaccented(clause.quote.text))


def _says_what_was(clause: Clause, words: OpinionWords) -> bool:
    text = clause.quote.text
    return len(text.split()) >= MIN_WORDS and not words.hypotheses.search(accented(text))
