import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice

from interviews.paige.answers.lexicon import (
    Intent,
    contrast_pattern,
    filler_pattern,
    indirect_question_pattern,
    intent_patterns,
    narration_pattern,
    question_pattern,
    reported_question_pattern,
    spelled_out,
)
from interviews.paige.language.sentences import CLAUSE_GAP, SENTENCE_GAP
from interviews.paige.language.words import unaccented

WISHES = frozenset({Intent.WANTS_TO_STOP, Intent.WANTS_A_PERSON, Intent.WANTS_DELETION})
QUESTIONS = frozenset(intent for intent in Intent if intent.startswith("asks_"))
UNCLEAR = frozenset({Intent.ASKS_MEANING, Intent.ASKS_TO_REPEAT})
"""The contact may have answered something else than what was asked."""
ASIDES = WISHES - {Intent.WANTS_TO_STOP} | {
    *(Intent.ASKS_ABOUT_AI, Intent.ASKS_WHO_READS, Intent.ASKS_HOW_LONG, Intent.ASKS_ABOUT_LANGUAGE)
}
"""About the interview. What follows may be about it too, such as "Mornings are best." after a wish for a call."""
REQUESTS = QUESTIONS | WISHES | {Intent.GOES_ON}
NOT_FINDINGS = REQUESTS | {Intent.DECLINES}

# Longer sentences are about the subject. The limits bound the time for a long answer.
MAX_WORDS_OF_A_REQUEST, MAX_CHARACTERS_OF_A_REQUEST = 30, 1_000
EXAMINED_SENTENCES = 20
MAX_GAPS_OF_A_REFUSAL = 10
MAX_SENTENCES = 400
"""What follows them in an answer is not read: 10,000 characters of prose are 100 to 200 sentences."""

MIN_WORDS_OF_A_CLAUSE = 4
"""Shorter rests before or after a request belong to its sentence."""
MIN_WORDS_OF_A_REQUEST = 3
"""Shorter clauses, such as "no more", are part of their sentence."""
MAX_WORDS_OF_A_DENIAL = 14

KEPT_SENTENCES = 64
"""A sentence is examined for requests at its ends, and once more as a whole."""

# An e-mail header: others wrote what follows.
_MAIL = re.compile(
    r"^[^\S\n]*(?:from|to|cc|sent|subject|von|an|gesendet|betreff|de|à|objet|para|asunto|da|oggetto|aan|onderwerp):"
    r"|^.{0,200}\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef)\b.{0,40}:[^\S\n]*+$|^-{2,}\s?original message",
    re.IGNORECASE | re.MULTILINE,
)

_REQUEST_GAP = re.compile(rf"{CLAUSE_GAP.pattern}|\s\(")

# A single word in quotation marks may be the subject of a question.
_QUOTATION = re.compile(r"[\"“„«](?=[^\s\"“”„«»]*+\s)[^\"“”„«»]*+[\"“”»]")


@dataclass(frozen=True)
class Sentence:
    text: str = field(repr=False)
    words: int
    intents: frozenset[Intent]
    is_pasted: bool = False
    is_question: bool = False

    @property
    def is_finding(self) -> bool:
        return self.words > 0 and self.intents.isdisjoint(NOT_FINDINGS)


def sentences_of(answer: str) -> Iterator[Sentence]:
    texts = [*islice((pair for pair in _texts(answer) if unaccented(pair[0])), MAX_SENTENCES)]
    for i, (text, is_pasted) in enumerate(texts):
        is_examined = min(i, len(texts) - i) < EXAMINED_SENTENCES
        parts = _parts(text) if is_examined else [(text, "")]
        yield from (_sentence(part, request, is_pasted=is_pasted) for part, request in parts)


def _texts(answer: str) -> Iterator[tuple[str, bool]]:
    mail = _MAIL.search(answer)
    own = answer[: mail.start()] if mail else answer
    for line in own.split("\n"):
        yield from ((text, line.lstrip().startswith(">")) for text in SENTENCE_GAP.split(line))
    yield from ((text, True) for text in SENTENCE_GAP.split(answer[len(own) :]))


def _parts(text: str) -> list[tuple[str, str]]:
    """A request at an end is separated from a longer rest. A refusal is separated from what is told after it."""
    if Intent.DECLINES in _intents(text):
        return _refusal_and_rest(text)
    gaps = list(_REQUEST_GAP.finditer(text))
    if not gaps or _is_indirect(text) or _is_reported(text) or _requests(text) - {Intent.ASKS_SOMETHING}:
        return [(text, text)]
    for gap, at in ((gaps[-1], 1), (gaps[0], 0)):
        parts = [text[: gap.start()].rstrip(","), text[gap.end() :]]
        request = parts[at] + ("?" if text.endswith("?") else "")
        if _word_count(request) >= MIN_WORDS_OF_A_REQUEST and _requests(request):
            is_apart = _word_count(parts[1 - at]) >= MIN_WORDS_OF_A_CLAUSE and not (at == 0 and text.endswith("?"))
            return [(part, part) for part in parts] if is_apart else [(text, request)]
    return [(text, text)]


def _requests(text: str) -> frozenset[Intent]:
    return _intents(text) & REQUESTS


def _sentence(text: str, examined: str, *, is_pasted: bool) -> Sentence:
    words = _word_count(text)
    intents = _intents(examined)
    if words > MAX_WORDS_OF_A_DENIAL:
        intents -= {Intent.DENIES}
    if is_pasted:
        intents &= WISHES
    says_nothing = not intents and filler_pattern().match(unaccented(text))
    is_question = _marked(text).endswith("?") and not _is_reported(text)
    return Sentence(text, 0 if says_nothing else words, intents, is_pasted, is_question)


def _refusal_and_rest(text: str) -> list[tuple[str, str]]:
    """The rest tells something. A rest after "but" takes the refusal back: "I was not there, but I ran the trial"."""
    gaps = chain(contrast_pattern().finditer(text.lower()), CLAUSE_GAP.finditer(text))
    for gap in islice(gaps, MAX_GAPS_OF_A_REFUSAL):
        refusal, rest = text[: gap.start()].rstrip(","), text[gap.end() :].lstrip()
        if Intent.DECLINES in _intents(refusal) and _tells_something(rest):
            return [(refusal, "" if gap.re is contrast_pattern() else refusal), (rest, rest)]
    return [(text, text)]


def _tells_something(rest: str) -> bool:
    return _word_count(rest) >= MIN_WORDS_OF_A_CLAUSE and not _intents(rest)


def _is_indirect(text: str) -> bool:
    return "?" not in text and indirect_question_pattern().match(unaccented(text)) is not None


def _is_reported(text: str) -> bool:
    return reported_question_pattern().match(unaccented(text)) is not None


def _marked(text: str) -> str:
    """With the question mark that contacts leave out, and without what others said."""
    text = _QUOTATION.sub("…", text).rstrip() if _QUOTATION.sub("", text).strip(" .!?") else text.rstrip()
    is_unmarked = "?" not in text and not _is_indirect(text) and question_pattern().match(spelled_out(text))
    return f"{text}?" if is_unmarked else text


@lru_cache(maxsize=KEPT_SENTENCES)
def _intents(text: str) -> frozenset[Intent]:
    if len(text) > MAX_CHARACTERS_OF_A_REQUEST or _word_count(text) > MAX_WORDS_OF_A_REQUEST:
        return frozenset()
    plain = spelled_out(_marked(text))
    found = frozenset(intent for intent, pattern in intent_patterns().items() if pattern.match(plain))
    if _is_indirect(text):
        found -= QUESTIONS
    if _is_reported(text):
        found -= REQUESTS
    if Intent.GOES_ON in found:
        found -= {Intent.WANTS_TO_STOP, Intent.DENIES}
    if Intent.WANTS_TO_STOP in found and narration_pattern().search(plain):
        found -= {Intent.WANTS_TO_STOP}
    # A question that is known in detail is not a question about something.
    return found - {Intent.ASKS_SOMETHING} if len(found) > 1 else found


def _word_count(text: str) -> int:
    return len(unaccented(text).replace("?", "").split())
