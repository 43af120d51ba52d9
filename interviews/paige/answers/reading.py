from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from interviews.paige.answers.lexicon import (
    Intent,
    feeling_pattern,
    language_of,
    marker_patterns,
    words_of_retelling,
)
from interviews.paige.answers.other_questions import with_other_questions
from interviews.paige.answers.relevance import relevance
from interviews.paige.answers.sentences import ASIDES, QUESTIONS, WISHES, Sentence, sentences_of
from interviews.paige.guide.texts import FollowUpKind
from interviews.paige.language.words import unaccented
from interviews.paige.reading.must_hear import heard_in
from interviews.paige.reading.readings import Act

MUST_HEAR: Mapping[Act, Intent] = {
    Act.WANTS_DELETION: Intent.WANTS_DELETION,
    Act.WANTS_TO_STOP: Intent.WANTS_TO_STOP,
    Act.WANTS_A_PERSON: Intent.WANTS_A_PERSON,
    Act.ASKS_ABOUT_AI: Intent.ASKS_ABOUT_AI,
    Act.ASKS_WHO_READS: Intent.ASKS_WHO_READS,
}
MAX_WORDS_BESIDE_A_REFUSAL = 6
MAX_WORDS_BESIDE_A_DENIAL = 12
MAX_WORDS_OF_A_BARE_DENIAL = 4
"""Longer denials say something, such as "There was no integration with SAP"."""
MIN_LETTERS_OF_A_TELLING_WORD = 4
MIN_NEW_WORDS = 2
DIGITS_OF_A_PHONE_NUMBER = 7


@dataclass(frozen=True)
class Reading:
    sentences: tuple[Sentence, ...]
    shows: frozenset[FollowUpKind]

    @cached_property
    def is_pasted(self) -> bool:
        return any(sentence.is_pasted for sentence in self.sentences)

    @cached_property
    def intents(self) -> frozenset[Intent]:
        return frozenset().union(*(sentence.intents for sentence in self.sentences))

    @cached_property
    def findings(self) -> tuple[str, ...]:
        return tuple(sentence.text for sentence in self.sentences if sentence.is_finding)

    @cached_property
    def quotable(self) -> tuple[str, ...]:
        """Findings in the contact's own words. Empty beside a wish to stop or for deletion, which may be about them."""
        if self.is_pasted or self.wishes - {Intent.WANTS_A_PERSON}:
            return ()
        return tuple(each.text for each in self.sentences if each.is_finding and not each.is_question)

    @cached_property
    def wishes(self) -> frozenset[Intent]:
        return self.intents & WISHES

    @cached_property
    def questions(self) -> frozenset[Intent]:
        return self.intents & QUESTIONS

    @property
    def is_declined(self) -> bool:
        """True also for a skipped question."""
        if not self.sentences:
            return True
        return Intent.DECLINES in self.intents and self._words() <= MAX_WORDS_BESIDE_A_REFUSAL

    @property
    def is_denied(self) -> bool:
        denial = sum(sentence.words for sentence in self.sentences if Intent.DENIES in sentence.intents)
        return denial > 0 and self._words() - denial <= MAX_WORDS_BESIDE_A_DENIAL

    @property
    def is_bare_denial(self) -> bool:
        denies = all(Intent.DENIES in sentence.intents for sentence in self.sentences if sentence.is_finding)
        return denies and 0 < self._words() <= MAX_WORDS_OF_A_BARE_DENIAL

    @cached_property
    def shows_feeling(self) -> bool:
        return any(feeling_pattern().search(unaccented(text)) for text in self.findings)

    def only_repeats(self, known: Set[str]) -> bool:
        """`known`: the telling words of the answers before."""
        return Intent.SAID_BEFORE in self.intents and len(self.telling_words - known) < MIN_NEW_WORDS

    @cached_property
    def telling_words(self) -> frozenset[str]:
        words = unaccented("\n".join(self.findings)).split()
        long = frozenset(word for word in words if len(word) >= MIN_LETTERS_OF_A_TELLING_WORD)
        return long - words_of_retelling()

    def _words(self) -> int:
        return sum(sentence.words for sentence in self.sentences if sentence.is_finding)


@lru_cache(maxsize=512)
def read(answer: str, asked: str = "") -> Reading:
    """`asked`: the message that the contact answers."""
    plain = unaccented(answer)
    shows = frozenset(kind for kind, markers in marker_patterns().items() if markers.search(plain))
    sentences = with_other_questions([*_with_second_key(sentences_of(answer))], asked)
    return Reading(tuple(_without_remarks(sentences, language_of(answer))), shows)


def _with_second_key(sentences: Iterable[Sentence]) -> Iterator[Sentence]:
    """What must never be missed: short lists that any person can read."""
    for each in sentences:
        acts = [] if each.is_pasted else [act for _, act in heard_in(each.text)]
        yield replace(each, intents=each.intents | {MUST_HEAR[act] for act in acts}) if acts else each


def _without_remarks(sentences: Iterable[Sentence], language: str) -> Iterator[Sentence]:
    """Small talk and contact details after a wish, or after a question on the interview, are no findings."""
    follows = False
    for each in sentences:
        is_remark = follows and each.is_finding and _is_remark(each.text, language)
        follows = bool(each.intents & ASIDES) or (follows and (is_remark or not each.is_finding))
        yield replace(each, words=0) if is_remark else each


def _is_remark(text: str, language: str) -> bool:
    has_contact_details = "@" in text or sum(map(str.isdigit, text)) >= DIGITS_OF_A_PHONE_NUMBER
    return has_contact_details or relevance(language).is_doubtful(text)
