import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from interviews.lifecycle import Direction
from interviews.paige.answers.opinion_words import OpinionWords
from interviews.paige.language.patterns import whole_words
from interviews.paige.language.words import accented, unaccented

MAX_WORDS = 30
"""Longer clauses have several subjects."""
WORDS_BEFORE = 3
"""A negation reverses words at most this far after it."""
WORDS_OF_A_STANDARD = 4
MIN_LETTERS_OF_A_NAME = 4

# Contacts leave it out.
_LEGAL_FORM = re.compile(
    r"[\s,]+(?:inc|ltd|llc|corp|co|plc|gmbh|ag|se|sa|sas|bv|nv|ab|oy|spa|srl|pty)\.?$", re.IGNORECASE
)


@dataclass(frozen=True)
class Judge:
    """`is_about_vendor`: whether a clause without a name is about the vendor."""

    words: OpinionWords
    vendor: str
    is_about_vendor: bool

    def direction(self, clause: str) -> Direction | None:
        """None if the contact does not say it clearly."""
        plain = self.words.idioms.sub(" ", unaccented(clause))
        if "?" in plain or len(plain.split()) > MAX_WORDS or self.words.open.search(accented(clause)):
            return None
        rest, level = self.words.level.subn(" ", plain)
        signs = {*self._of_choices(rest)} or {*self._of_judgements(rest, clause)}
        if level:
            return None if signs else Direction.NEUTRAL
        return _DIRECTIONS.get(frozenset(signs))

    def choice(self, clause: str) -> Direction | None:
        if self.words.hypotheses.search(accented(clause)) or "?" in clause:
            return None
        return _DIRECTIONS.get(frozenset(self._of_choices(self.words.idioms.sub(" ", unaccented(clause)))))

    def _of_choices(self, plain: str) -> Iterator[int]:
        """0 if it is not clear who was chosen."""
        for pattern, sign in ((self.words.chose, 1), (self.words.rejected, -1)):
            for found in pattern.finditer(plain):
                chosen = self._without_reason(plain, found.end())
                rival = self.words.rivals.search(chosen)
                vendor = self._mentions_vendor(chosen.replace(rival[0], " ", 1) if rival else chosen)
                yield 0 if vendor is bool(rival) else sign * self._negation(plain, found) * (1 if vendor else -1)

    def _without_reason(self, plain: str, verb_end: int) -> str:
        """The reason after the verb may name the vendor: "We went with another vendor because Acme was too slow"."""
        reason = self.words.reasons.search(plain, verb_end)
        return plain[: reason.start()] if reason else plain

    def _of_judgements(self, plain: str, clause: str) -> Iterator[int]:
        side = self._side(plain, clause)
        relative = ((self.words.worse, -side), (self.words.better, side))
        absolute = ((self.words.bad, -max(side, 0)), (self.words.good, max(side, 0)))
        for found, sign in _longest((*relative, *absolute), plain):
            yield sign * self._negation(plain, found)

    def _side(self, plain: str, clause: str) -> int:
        """1: about the vendor, -1: about somebody else, 0: not clear."""
        standard = self.words.standards.search(plain)
        tail = "".join(_words(plain[standard.end() :])[:WORDS_OF_A_STANDARD]) if standard else ""
        rival = self.words.rivals.search(tail)
        if self._mentions_vendor(tail[: rival.start()] if rival else tail):
            return -1
        head = plain.replace(rival[0], " ", 1) if rival else plain
        vendor, other = self._mentions_vendor(head), self.words.rivals.search(head) is not None
        if vendor or not self.is_about_vendor:
            return int(vendor and not other)
        return -1 if other or self._names_another(head, clause) else 1

    def _mentions_vendor(self, plain: str) -> bool:
        return bool(self.words.vendor.search(plain) or self._names.search(plain))

    @cached_property
    def _names(self) -> re.Pattern[str]:
        name = unaccented(_LEGAL_FORM.sub("", self.vendor)).strip()
        first = name.partition(" ")[0]
        is_name = len(first) >= MIN_LETTERS_OF_A_NAME and not self._is_known(unaccented(first))
        names = {name, first} if is_name else {name}
        return whole_words([f"{each}{ending}" for each in names if each for ending in ("", "s")])

    def _names_another(self, plain: str, clause: str) -> bool:
        for verb in self.words.verbs.finditer(plain):
            before = _words(plain[: verb.start()])[-WORDS_BEFORE:]
            if before and not any(map(self.words.articles.fullmatch, before)) and self._is_name(before[-1], clause):
                return True
        return False

    def _is_name(self, word: str, clause: str) -> bool:
        if self._is_known(word) or word.endswith(self.words.noun_endings):
            return False
        return any(each[:1].isupper() and unaccented(each) == word for each in clause.split())

    def _is_known(self, word: str) -> bool:
        words = self.words
        known = (words.articles, words.nouns, words.good, words.bad, words.better, words.worse)
        return any(pattern.fullmatch(word) for pattern in known)

    def _negation(self, plain: str, found: re.Match[str]) -> int:
        before = "".join(_words(plain[: found.start()])[-WORDS_BEFORE:])
        after = _words(plain[found.end() :])
        at_the_end = bool(after) and self.words.negations_at_the_end.fullmatch(after[-1]) is not None
        return -1 if (len(self.words.negations.findall(before)) + at_the_end) % 2 else 1


def _words(plain: str) -> list[str]:
    """Each with the space after it."""
    return [f"{word} " for word in plain.split()]


def _longest(patterns: Iterable[tuple[re.Pattern[str], int]], plain: str) -> Iterator[tuple[re.Match[str], int]]:
    found = [(match, sign) for pattern, sign in patterns for match in pattern.finditer(plain)]
    taken: set[int] = set()
    for match, sign in sorted(found, key=lambda each: each[0].start() - each[0].end()):
        if taken.isdisjoint(range(*match.span())):
            taken.update(range(*match.span()))
            yield match, sign


_DIRECTIONS = {frozenset({1}): Direction.FOR, frozenset({-1}): Direction.AGAINST}
