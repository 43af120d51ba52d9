"""Reads an answer: what the contact asks, wants, declines or denies, sentence by sentence."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from interviews.paige.guide_serializers import Kind
from interviews.paige.lexicon import Intent, filler_pattern, intent_patterns, marker_patterns, normalized

# Longer sentences are about the subject. The limits bound the time for a long answer.
MAX_WORDS_OF_A_REQUEST = 30
EXAMINED_SENTENCES = 20

MAX_WORDS_BESIDE_A_REFUSAL = 6
MAX_WORDS_OF_A_DENIAL = 14
MAX_WORDS_BESIDE_A_DENIAL = 12
MAX_WORDS_OF_A_BARE_DENIAL = 4
"""Longer denials say something, such as "There was no integration with SAP"."""

WISHES = frozenset({Intent.WANTS_TO_STOP, Intent.WANTS_A_PERSON, Intent.WANTS_DELETION})
QUESTIONS = frozenset(intent for intent in Intent if intent.startswith("asks_"))
NOT_FINDINGS = QUESTIONS | WISHES | {Intent.DECLINES}

_SENTENCE_END = re.compile(r"(?<=[.!?;\N{HORIZONTAL ELLIPSIS}])\s+|\n+")
# The header of an e-mail, or a quotation mark of one.
_PASTED = re.compile(
    r"^\s*(?:>|(?:from|to|cc|sent|subject|von|an|gesendet|betreff|de|à|objet|para|asunto|da|oggetto|aan|onderwerp):)"
    r"|^.{0,200}\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef)\b.{0,40}:\s*$|^-{2,}\s?original message",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Sentence:
    text: str = field(repr=False)
    words: int
    intents: frozenset[Intent]

    @property
    def is_finding(self) -> bool:
        return self.words > 0 and self.intents.isdisjoint(NOT_FINDINGS)


@dataclass(frozen=True)
class Reading:
    """`shows`: the kinds of detail that the answer contains. `is_pasted`: it contains what others wrote."""

    sentences: tuple[Sentence, ...]
    shows: frozenset[Kind]
    is_pasted: bool = False

    @property
    def intents(self) -> frozenset[Intent]:
        return frozenset().union(*(sentence.intents for sentence in self.sentences))

    @property
    def findings(self) -> tuple[str, ...]:
        """The sentences that answer a question."""
        return tuple(sentence.text for sentence in self.sentences if sentence.is_finding)

    @property
    def quotable(self) -> tuple[str, ...]:
        """The findings in the contact's own words."""
        return () if self.is_pasted else self.findings

    @property
    def wishes(self) -> frozenset[Intent]:
        return self.intents & WISHES

    @property
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
        """Whether little more is said than that something did not happen."""
        denial = sum(sentence.words for sentence in self.sentences if Intent.DENIES in sentence.intents)
        return denial > 0 and self._words() - denial <= MAX_WORDS_BESIDE_A_DENIAL

    @property
    def is_bare_denial(self) -> bool:
        """Whether nothing is said but "no", or that the subject did not come up."""
        denies = all(Intent.DENIES in sentence.intents for sentence in self.sentences if sentence.is_finding)
        return denies and 0 < self._words() <= MAX_WORDS_OF_A_BARE_DENIAL

    def _words(self) -> int:
        return sum(sentence.words for sentence in self.sentences if sentence.is_finding)


@lru_cache(maxsize=512)
def read(answer: str) -> Reading:
    texts = [text for text in _SENTENCE_END.split(answer) if normalized(text)]
    sentences = [_sentence(text, i, len(texts)) for i, text in enumerate(texts)]
    plain = normalized(answer)
    shows = frozenset(kind for kind, markers in marker_patterns().items() if markers.search(plain))
    return Reading(tuple(sentences), shows, is_pasted=_PASTED.search(answer) is not None)


def _sentence(text: str, position: int, count: int) -> Sentence:
    plain = normalized(text)
    words = len(plain.replace("?", "").split())
    is_examined = min(position, count - position) < EXAMINED_SENTENCES and words <= MAX_WORDS_OF_A_REQUEST
    intents = _intents(plain) if is_examined else frozenset()
    if words > MAX_WORDS_OF_A_DENIAL:
        intents -= {Intent.DENIES}
    says_nothing = not intents and filler_pattern().match(plain)
    return Sentence(text, 0 if says_nothing else words, intents)


def _intents(plain: str) -> frozenset[Intent]:
    found = frozenset(intent for intent, pattern in intent_patterns().items() if pattern.match(plain))
    # A question that is known in detail is not a question about something.
    return found - {Intent.ASKS_SOMETHING} if len(found) > 1 else found
