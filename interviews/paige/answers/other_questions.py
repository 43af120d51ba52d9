from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from interviews.paige.answers.lexicon import (
    Intent,
    address_pattern,
    question_patterns,
    rhetorical_pattern,
    self_answer_pattern,
)
from interviews.paige.answers.sentences import QUESTIONS, REQUESTS, UNCLEAR, Sentence
from interviews.paige.language.sentences import CLAUSE_GAP
from interviews.paige.language.words import unaccented

MAX_WORDS_OF_AN_ECHO = 14
MIN_LETTERS_OF_AN_ECHO = 5
MAX_WORDS_OF_AN_UNCLEAR_QUESTION = 3
MIN_WORDS_OF_A_FULL_ANSWER = 7
"""After a question about the question, so many words of findings answer it."""
MAX_WORDS_OF_A_HEDGE = 4
MIN_WORDS_BESIDE_A_HEDGE = 6
"""Such as "Hard to say. If I had to pick one thing, the setup fee."."""
MAX_WORDS_OF_A_SHORT_ANSWER = 3
MAX_WORDS_OF_A_KEYWORD = 2
"""Such as "No time! In summer we are busy, and nobody introduces a till then."."""


def with_other_questions(sentences: Sequence[Sentence], asked: str) -> list[Sentence]:
    """Reads questions that no pattern knows: all of an answer without findings, or else the last sentence."""
    return list(_without_answered_questions(list(_with_unknown_questions(sentences, asked))))


def _without_answered_questions(sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    findings = left = sum(each.words for each in sentences if each.is_finding)
    repeats = [i for i, each in enumerate(sentences) if Intent.SAID_BEFORE in each.intents]
    for i, each in enumerate(sentences):
        left -= each.words if each.is_finding else 0
        is_understood = left >= MIN_WORDS_OF_A_FULL_ANSWER or (bool(repeats) and repeats[-1] > i)
        answered = UNCLEAR if is_understood else frozenset()
        if answered and each.words <= MAX_WORDS_OF_A_KEYWORD:
            answered |= {Intent.WANTS_TO_STOP}
        if findings >= MIN_WORDS_BESIDE_A_HEDGE and each.words <= MAX_WORDS_OF_A_HEDGE:
            answered |= {Intent.DECLINES}
        yield replace(each, words=0, intents=each.intents - answered) if each.intents & answered else each


def _with_unknown_questions(sentences: Sequence[Sentence], asked: str) -> Iterator[Sentence]:
    own = [each for each in sentences if not each.is_pasted]
    unknown = [each for each in own if _is_unknown(each)]
    has_findings = any((each.is_finding or _is_refusal(each)) and not _is_unknown(each) for each in own)
    asks = _asked_by(unknown, own, asked)
    for each, following in zip_longest(sentences, sentences[1:]):
        if each.is_question and _is_rhetorical(each, following, has_findings=has_findings):
            yield replace(each, intents=each.intents - QUESTIONS)
        elif not each.is_pasted and _is_unknown(each) and (each is own[-1] or not has_findings):
            yield replace(each, intents=asks)
        else:
            yield each


def _is_refusal(sentence: Sentence) -> bool:
    """Such as "Nothing I could name.", which answers "The limit?" before it."""
    return sentence.intents == {Intent.DECLINES}


def _is_unknown(sentence: Sentence) -> bool:
    is_question = sentence.is_question and not _is_self_answer(sentence)
    return is_question and sentence.intents <= {Intent.DENIES, Intent.ASKS_SOMETHING}


def _is_rhetorical(question: Sentence, following: Sentence | None, *, has_findings: bool) -> bool:
    is_addressed = address_pattern().search(unaccented(question.text)) is not None
    if has_findings and following and self_answer_pattern().match(unaccented(following.text)):
        return True
    if following and not is_addressed and _is_short_answer(following):
        return True
    if not any(rhetorical_pattern().match(unaccented(each)) for each in CLAUSE_GAP.split(question.text)):
        return False
    if not question.intents <= {Intent.ASKS_SOMETHING}:
        return False
    return has_findings or (not is_addressed and question.words >= MIN_WORDS_OF_A_FULL_ANSWER)


def _is_short_answer(sentence: Sentence) -> bool:
    """Such as "Sure.", after "Would I buy it again?"."""
    is_short = len(sentence.text.split()) <= MAX_WORDS_OF_A_SHORT_ANSWER and sentence.text.endswith((".", "!"))
    return is_short and not sentence.is_question and sentence.intents.isdisjoint(REQUESTS)


def _is_self_answer(question: Sentence) -> bool:
    """Such as "Because they doubled the price overnight, wouldn't you?"."""
    is_full = question.words >= MIN_WORDS_OF_A_FULL_ANSWER
    return is_full and self_answer_pattern().match(unaccented(question.text)) is not None


def _asked_by(questions: Sequence[Sentence], answer: Sequence[Sentence], asked: str) -> frozenset[Intent]:
    """The same as the known questions of the answer, if there are any."""
    known = frozenset().union(*(each.intents for each in answer)) & QUESTIONS - {Intent.ASKS_SOMETHING}
    is_unclear = any(_is_about_the_question(each, asked) for each in questions if not each.intents)
    text = " ".join(unaccented(each.text) for each in questions)
    otherwise = [Intent.ASKS_MEANING if is_unclear else Intent.ASKS_SOMETHING]
    has_findings = any(each.is_finding for each in answer if not _is_unknown(each))
    hinted = [intent for intent in _matching("hinted", text) if not (has_findings and intent in UNCLEAR)]
    return known or frozenset((_matching("asked", text) or hinted or otherwise)[:1])


def _matching(mode: str, text: str) -> list[Intent]:
    return [intent for intent, pattern in question_patterns(mode).items() if pattern.search(text)]


def _is_about_the_question(sentence: Sentence, asked: str) -> bool:
    words, said = unaccented(sentence.text).split(), unaccented(asked).split()
    echoes = {word for word in words if len(word) >= MIN_LETTERS_OF_AN_ECHO} & set(said)
    is_echo = bool(echoes) and sentence.words <= MAX_WORDS_OF_AN_ECHO
    return is_echo or sentence.words <= MAX_WORDS_OF_AN_UNCLEAR_QUESTION
