from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from interviews.paige.answers.lexicon import Intent, question_patterns, rhetorical_pattern, self_answer_pattern
from interviews.paige.answers.sentences import QUESTIONS, UNCLEAR, Sentence
from interviews.paige.language.words import unaccented

MAX_WORDS_OF_AN_ECHO = 14
MIN_LETTERS_OF_AN_ECHO = 5
MAX_WORDS_OF_AN_UNCLEAR_QUESTION = 3
MIN_WORDS_OF_A_FULL_ANSWER = 7
"""After a question about the question, so many words of findings answer it."""


def with_other_questions(sentences: Sequence[Sentence], asked: str) -> list[Sentence]:
    """Reads questions that no pattern knows: all of an answer without findings, or else the last sentence."""
    return list(_without_answered_questions(list(_with_unknown_questions(sentences, asked))))


def _without_answered_questions(sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    for i, each in enumerate(sentences):
        after = sum(other.words for other in sentences[i + 1 :] if other.is_finding)
        is_answered = each.intents & UNCLEAR and after >= MIN_WORDS_OF_A_FULL_ANSWER
        yield replace(each, words=0, intents=each.intents - UNCLEAR) if is_answered else each


def _with_unknown_questions(sentences: Sequence[Sentence], asked: str) -> Iterator[Sentence]:
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
    if following and self_answer_pattern().match(unaccented(following.text)):
        return True
    return question.intents <= {Intent.ASKS_SOMETHING} and bool(rhetorical_pattern().match(unaccented(question.text)))


def _asked_by(questions: Sequence[Sentence], answer: Sequence[Sentence], asked: str) -> frozenset[Intent]:
    """The same as the known questions of the answer, if there are any."""
    known = frozenset().union(*(each.intents for each in answer)) & QUESTIONS - {Intent.ASKS_SOMETHING}
    is_unclear = any(_is_about_the_question(each, asked) for each in questions if not each.intents)
    text = " ".join(unaccented(each.text) for each in questions)
    otherwise = [Intent.ASKS_MEANING if is_unclear else Intent.ASKS_SOMETHING]
    has_findings = any(each.is_finding for each in answer if each not in questions)
    hinted = [intent for intent in _matching("hinted", text) if not (has_findings and intent in UNCLEAR)]
    return known or frozenset((_matching("asked", text) or hinted or otherwise)[:1])


def _matching(mode: str, text: str) -> list[Intent]:
    return [intent for intent, pattern in question_patterns(mode).items() if pattern.search(text)]


def _is_about_the_question(sentence: Sentence, asked: str) -> bool:
    words, said = unaccented(sentence.text).split(), unaccented(asked).split()
    echoes = {word for word in words if len(word) >= MIN_LETTERS_OF_AN_ECHO} & set(said)
    is_echo = bool(echoes) and sentence.words <= MAX_WORDS_OF_AN_ECHO
    return is_echo or sentence.words <= MAX_WORDS_OF_AN_UNCLEAR_QUESTION
