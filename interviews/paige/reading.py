"""Reads an answer: what the contact asks, wants, declines or denies, sentence by sentence."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import zip_longest

from interviews.paige.guide_serializers import Kind
from interviews.paige.lexicon import (
    Intent,
    filler_pattern,
    intent_patterns,
    marker_patterns,
    question_patterns,
    rhetorical_pattern,
    self_answer_pattern,
)
from interviews.paige.words import normalized

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
UNCLEAR = frozenset({Intent.ASKS_MEANING, Intent.ASKS_TO_REPEAT})
"""The contact may have answered something else than what was asked."""
NOT_FINDINGS = QUESTIONS | WISHES | {Intent.DECLINES}

MIN_WORDS_OF_A_CLAUSE = 4
"""So many words before or after a request are a sentence of their own."""
MIN_WORDS_OF_A_REQUEST = 3
"""A shorter clause, such as "no more", is part of its sentence."""
MAX_WORDS_OF_AN_ECHO = 14
MIN_LETTERS_OF_AN_ECHO = 5
MAX_WORDS_OF_AN_UNCLEAR_QUESTION = 3

_SENTENCE_END = re.compile(r"(?<=[.!?;\N{HORIZONTAL ELLIPSIS}])\s+|\n+")
_CLAUSE_END = re.compile(r"(?<=,)\s+|\s[-\N{EN DASH}\N{EM DASH}]+\s")
# Begins an e-mail: all that follows was written by others.
_MAIL = re.compile(
    r"^\s*(?:from|to|cc|sent|subject|von|an|gesendet|betreff|de|à|objet|para|asunto|da|oggetto|aan|onderwerp):"
    r"|^.{0,200}\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef)\b.{0,40}:\s*$|^-{2,}\s?original message",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Sentence:
    """`is_pasted`: others wrote it."""

    text: str = field(repr=False)
    words: int
    intents: frozenset[Intent]
    is_pasted: bool = False

    @property
    def is_question(self) -> bool:
        return self.text.rstrip().endswith("?")

    @property
    def is_finding(self) -> bool:
        return self.words > 0 and self.intents.isdisjoint(NOT_FINDINGS)


@dataclass(frozen=True)
class Reading:
    """`shows`: the kinds of detail that the answer contains."""

    sentences: tuple[Sentence, ...]
    shows: frozenset[Kind]

    @property
    def is_pasted(self) -> bool:
        return any(sentence.is_pasted for sentence in self.sentences)

    @property
    def intents(self) -> frozenset[Intent]:
        return frozenset().union(*(sentence.intents for sentence in self.sentences))

    @property
    def findings(self) -> tuple[str, ...]:
        """The sentences that answer a question."""
        return tuple(sentence.text for sentence in self.sentences if sentence.is_finding)

    @property
    def quotable(self) -> tuple[str, ...]:
        """The findings in the contact's own words. Nothing beside a wish: it may be about those words."""
        if self.is_pasted or self.wishes:
            return ()
        return tuple(each.text for each in self.sentences if each.is_finding and not each.is_question)

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
def read(answer: str, asked: str = "") -> Reading:
    """`asked`: the message that it answers. Without it, a question that takes up its words is read as any question."""
    texts = [(text, is_pasted) for text, is_pasted in _texts(answer) if normalized(text)]
    sentences: list[Sentence] = []
    for i, (text, is_pasted) in enumerate(texts):
        is_examined = min(i, len(texts) - i) < EXAMINED_SENTENCES
        parts = _parts(text) if is_examined else [(text, "")]
        sentences += [_sentence(part, request, is_pasted=is_pasted) for part, request in parts]
    plain = normalized(answer)
    shows = frozenset(kind for kind, markers in marker_patterns().items() if markers.search(plain))
    return Reading(tuple(_with_other_questions(sentences, asked)), shows)


def _texts(answer: str) -> Iterator[tuple[str, bool]]:
    """Sentences, and whether others wrote them."""
    mail = _MAIL.search(answer)
    own = answer[: mail.start()] if mail else answer
    for line in own.split("\n"):
        yield from ((text, line.lstrip().startswith(">")) for text in _SENTENCE_END.split(line))
    yield from ((text, True) for text in _SENTENCE_END.split(answer[len(own) :]))


def _parts(text: str) -> list[tuple[str, str]]:
    """Parts of a sentence, each with the words to examine. A request at an end is separated from a longer rest."""
    cuts = list(_CLAUSE_END.finditer(text))
    if not cuts or _requests(text) - {Intent.ASKS_SOMETHING}:
        return [(text, text)]
    for cut, at in ((cuts[-1], 1), (cuts[0], 0)):
        parts = [text[: cut.start()].rstrip(","), text[cut.end() :]]
        request = parts[at] + ("?" if text.endswith("?") else "")
        if _word_count(request) >= MIN_WORDS_OF_A_REQUEST and _requests(request):
            is_apart = _word_count(parts[1 - at]) >= MIN_WORDS_OF_A_CLAUSE and not (at == 0 and text.endswith("?"))
            return [(part, part) for part in parts] if is_apart else [(text, request)]
    return [(text, text)]


def _requests(text: str) -> frozenset[Intent]:
    return _intents(text) & (QUESTIONS | WISHES)


def _sentence(text: str, examined: str, *, is_pasted: bool) -> Sentence:
    words = _word_count(text)
    intents = _intents(examined)
    if words > MAX_WORDS_OF_A_DENIAL:
        intents -= {Intent.DENIES}
    if is_pasted:
        intents &= WISHES
    says_nothing = not intents and filler_pattern().match(normalized(text))
    return Sentence(text, 0 if says_nothing else words, intents, is_pasted)


def _intents(text: str) -> frozenset[Intent]:
    plain = normalized(text)
    if _word_count(text) > MAX_WORDS_OF_A_REQUEST:
        return frozenset()
    found = frozenset(intent for intent, pattern in intent_patterns().items() if pattern.match(plain))
    # A question that is known in detail is not a question about something.
    return found - {Intent.ASKS_SOMETHING} if len(found) > 1 else found


def _with_other_questions(sentences: Sequence[Sentence], asked: str) -> Iterator[Sentence]:
    """Reads questions that no pattern knows: all of an answer without findings, or else the last sentence."""
    own = [each for each in sentences if not each.is_pasted]
    unknown = [each for each in own if _is_unknown(each)]
    has_findings = any(each.is_finding and not _is_unknown(each) for each in own)
    asks = _asked_by(unknown, own, asked)
    for each, following in zip_longest(sentences, sentences[1:]):
        if has_findings and each.is_question and _is_rhetorical(each, following):
            yield replace(each, intents=each.intents - QUESTIONS)
        elif not each.is_pasted and _is_unknown(each) and (each is own[-1] or not has_findings):
            yield replace(each, intents=asks)
        else:
            yield each


def _is_unknown(sentence: Sentence) -> bool:
    return sentence.is_question and sentence.intents <= {Intent.DENIES, Intent.ASKS_SOMETHING}


def _is_rhetorical(question: Sentence, following: Sentence | None) -> bool:
    """Whether nobody is asked, or the contact answers it."""
    if following and self_answer_pattern().match(normalized(following.text)):
        return True
    return question.intents <= {Intent.ASKS_SOMETHING} and bool(rhetorical_pattern().match(normalized(question.text)))


def _asked_by(questions: Sequence[Sentence], answer: Sequence[Sentence], asked: str) -> frozenset[Intent]:
    """What unknown questions ask: the same as the known ones of the answer, if there are any."""
    known = frozenset().union(*(each.intents for each in answer)) & QUESTIONS - {Intent.ASKS_SOMETHING}
    is_unclear = any(_is_about_the_question(each, asked) for each in questions if not each.intents)
    text = " ".join(normalized(each.text) for each in questions)
    hinted = [intent for intent, pattern in question_patterns().items() if pattern.search(text)]
    otherwise = Intent.ASKS_MEANING if is_unclear else Intent.ASKS_SOMETHING
    return known or frozenset({*hinted[:1]} or {otherwise})


def _is_about_the_question(sentence: Sentence, asked: str) -> bool:
    """Whether it is a few words, such as "Which?", or takes up words of the message."""
    words, said = normalized(sentence.text).split(), normalized(asked).split()
    echoes = {word for word in words if len(word) >= MIN_LETTERS_OF_AN_ECHO} & set(said)
    is_echo = bool(echoes) and sentence.words <= MAX_WORDS_OF_AN_ECHO
    return is_echo or sentence.words <= MAX_WORDS_OF_AN_UNCLEAR_QUESTION


def _word_count(text: str) -> int:
    return len(normalized(text).replace("?", "").split())
