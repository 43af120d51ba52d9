from collections.abc import Iterable

from interviews.paige.answers.lexicon import absent_topic_patterns, tipping_pattern
from interviews.paige.answers.opinion_words import opinion_words
from interviews.paige.answers.statements import Statement, StatementKind
from interviews.paige.guide.guide import FollowUpKind, Guide, Topic
from interviews.paige.language.words import unaccented

PHRASES_OF_A_MENTION = 2
"""In one answer, this many phrases of a topic count as an answer to that topic."""
WORDS_OF_A_SUBJECT = 2


def own_topic(guide: Guide, statement: Statement, asked: Topic) -> Topic:
    """The one topic that a statement is about, if it has no phrase of the topic that was asked."""
    if asked.phrases_in(statement.text):
        return asked
    found = [topic for topic in guide.topics if _is_about(topic, statement, guide.language)]
    return found[0] if len(found) == 1 else asked


def _is_about(topic: Topic, statement: Statement, language: str) -> bool:
    hits = topic.phrases_in(statement.text)
    is_judged = statement.kind is StatementKind.JUDGEMENT and _begins_with_any(statement.text, hits)
    is_mention = len(distinct(hits)) >= PHRASES_OF_A_MENTION or judges(statement.text, hits, language)
    return is_judged or is_mention or tells_what_tipped(topic, statement.text, language)


def _begins_with_any(text: str, phrases: Iterable[str]) -> bool:
    subject = " ".join(unaccented(text).split()[:WORDS_OF_A_SUBJECT])
    return any(unaccented(phrase).strip() in subject for phrase in phrases)


def distinct(phrases: Iterable[str]) -> set[str]:
    """Without plurals."""
    return {phrase.rstrip("s") for phrase in phrases}


def judges(text: str, phrases: Iterable[str], language: str) -> bool:
    """Such as "The price was too high" and "Our CFO found it expensive"."""
    words = unaccented(text).split()
    subject, rest = " ".join(words[:WORDS_OF_A_SUBJECT]), " ".join(words[WORDS_OF_A_SUBJECT:])
    said = [unaccented(phrase).strip() for phrase in phrases]
    is_negated = opinion_words(language).negations.search(f"{' '.join(words)} ")
    if any(_is_opinion(each, language) for each in said) and not is_negated:
        return True
    return _is_opinion(rest, language) and any(each in subject for each in said)


def asks_for(topic: Topic, kind: FollowUpKind) -> bool:
    """Whether a topic asks for other offers, for people, or for what tipped the decision."""
    return bool(absent_topic_patterns()[kind].search(unaccented("\n".join(topic.phrases))))


def tells_what_tipped(topic: Topic, text: str, language: str) -> bool:
    """Such as "The replay results tipped it for engineering", on the topic that asks what tipped it."""
    plain = unaccented(text)
    is_told = tipping_pattern().search(plain) and not opinion_words(language).negations.search(plain)
    return bool(is_told) and asks_for(topic, FollowUpKind.CHANGE)


def _is_opinion(plain: str, language: str) -> bool:
    opinions = opinion_words(language)
    return any(each.search(f"{plain} ") for each in (opinions.good, opinions.bad, opinions.better, opinions.worse))
