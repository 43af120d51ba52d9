import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from itertools import islice

from interviews.paige.answers.lexicon import Intent, empty_words, language_of, marker_patterns
from interviews.paige.answers.opinion_words import opinion_words
from interviews.paige.answers.quotes import quote_from, without_openers
from interviews.paige.answers.reading import Reading, read
from interviews.paige.answers.relevance import relevance
from interviews.paige.answers.sentences import Sentence
from interviews.paige.answers.statement_words import StatementWords, statement_words
from interviews.paige.guide.texts import FollowUpKind
from interviews.paige.language.sentences import CLAUSE_GAP
from interviews.paige.language.words import accented, unaccented

MIN_WORDS_BEFORE_A_CLAUSE = 4
MIN_WORDS_OF_A_CLAUSE = 4
# They bound the time for a long answer.
MAX_STATEMENTS, MAX_WORDS_OF_A_SENTENCE, MAX_CHARACTERS_OF_A_SENTENCE = 40, 60, 1_000
WORDS_OF_A_SUBJECT = 6
MAX_WORDS_OF_A_BARE_DENIAL = 12
"""Longer sentences say something beside the denial."""
WORDS_OF_A_LANGUAGE = 8
"""Fewer words do not tell in which language an answer is."""

HYPOTHETICAL = frozenset({FollowUpKind.CONSEQUENCE, FollowUpKind.CHANGE, FollowUpKind.NEXT, FollowUpKind.NOW})
"""What would be has its consequence in it, and has not happened."""

_FIRST_WORDS = re.compile(rf"\s*(?:\S+\s*){{1,{MAX_WORDS_OF_A_SENTENCE}}}+")


class StatementKind(StrEnum):
    """NEED: what had to be. A FACT is neither judged nor done: a state, a number, a list."""

    JUDGEMENT = "judgement"
    NEED = "need"
    EVENT = "event"
    FACT = "fact"


@dataclass(frozen=True)
class Statement:
    """`is_about_others`: the vendor or a competitor, and not the contact's side. `shows`: what it does not lack.

    `is_praise`: more can be learned from a complaint. `is_peak`: the contact calls something the best, worst or most.
    `is_doubtful`: may be small talk. `quote`: its clause that can be quoted, or "".
    """

    text: str = field(repr=False)
    kind: StatementKind
    is_about_others: bool
    shows: frozenset[FollowUpKind]
    is_praise: bool = False
    is_peak: bool = False
    is_doubtful: bool = False
    quote: str = field(default="", repr=False)


@lru_cache(maxsize=512)
def statements(answer: str, language: str, asked: str = "", vendor: str = "") -> tuple[Statement, ...]:
    """`language`: of the conversation. A long answer can be in another one. `asked`: the message that it answers."""
    reading = read(answer, asked)
    if reading.is_pasted or Intent.WANTS_TO_STOP in reading.intents:
        return ()
    spoken = language_of(answer, language) if len(answer.split()) >= WORDS_OF_A_LANGUAGE else language
    compared = reading.shows & {FollowUpKind.COMPARISON}
    found = (each for sentence in _stating(reading) for each in _statements(sentence, spoken, vendor, compared))
    asks_for_needs = statement_words(language_of(asked, language)).needs.search(unaccented(asked)) is not None
    if Intent.WANTS_DELETION in reading.intents:
        found = (replace(each, quote="") for each in found)
    return tuple(_as_need(each) if asks_for_needs else each for each in islice(found, MAX_STATEMENTS))


def _as_need(statement: Statement) -> Statement:
    """An answer to what mattered most."""
    return statement if statement.kind is StatementKind.EVENT else replace(statement, kind=StatementKind.NEED)


def _stating(reading: Reading) -> list[Sentence]:
    return [each for each in reading.sentences if each.is_finding and not each.is_question]


def _statements(
    sentence: Sentence, language: str, vendor: str, compared: frozenset[FollowUpKind]
) -> Iterator[Statement]:
    text = _beginning(sentence.text)
    words, plain = statement_words(language), unaccented(text)
    if Intent.DENIES in sentence.intents and sentence.words <= MAX_WORDS_OF_A_BARE_DENIAL:
        return
    shows = compared | {kind for kind, markers in marker_patterns().items() if markers.search(plain)}
    for clause in _clauses(text, words):
        if _is_statement(clause, language):
            is_hypothetical = words.hypotheses.search(accented(clause)) is not None
            shown = frozenset(shows | HYPOTHETICAL if is_hypothetical else shows)
            about_others = _is_about_others(clause, words, vendor)
            kind, is_praise = _kind(clause, language), _is_praise(clause, language)
            is_peak = words.peaks.search(unaccented(clause)) is not None
            is_doubtful, quote = relevance(language).is_doubtful(clause), quote_from(clause, language)
            yield Statement(clause, kind, about_others, shown, is_praise, is_peak, is_doubtful, quote)


def _beginning(sentence: str) -> str:
    found = _FIRST_WORDS.match(sentence[:MAX_CHARACTERS_OF_A_SENTENCE])
    return found[0].rstrip() if found else ""


def _clauses(sentence: str, words: StatementWords) -> Iterator[str]:
    start = 0
    for gap in CLAUSE_GAP.finditer(sentence):
        before, after = sentence[start : gap.start()].rstrip(","), sentence[gap.end() :]
        if _begins_a_clause(before, after, words):
            yield before
            start = gap.end()
    yield sentence[start:]


def _begins_a_clause(before: str, after: str, words: StatementWords) -> bool:
    is_long = len(before.split()) >= MIN_WORDS_BEFORE_A_CLAUSE and len(after.split()) >= MIN_WORDS_OF_A_CLAUSE
    is_finished = is_long and not words.unfinished.match(unaccented(before)) and words.has_verb(before)
    return is_finished and not after[:2].isupper() and bool(words.starts.match(unaccented(after)))


def _is_statement(clause: str, language: str) -> bool:
    words = statement_words(language)
    plain = unaccented(without_openers(clause, words))
    is_figure = words.figures.search(plain) and not words.complaints.search(plain)
    is_remark = words.remarks.match(plain) or is_figure
    is_talk = is_remark or relevance(language).is_talk(clause.rpartition(": ")[2])
    return not is_talk and not empty_words(language).issuperset(plain.split())


def _kind(clause: str, language: str) -> StatementKind:
    """An opinion with a verb of an event is a judgement only beside "was": "they lost the file" is an event."""
    words, plain = statement_words(language), unaccented(clause)
    happened = words.events.search(words.not_events.sub(" ", plain))
    rest = words.events.sub(" ", plain)
    views = (words.judgements, words.praise, words.complaints)
    is_judgement = any(each.search(rest) for each in views) or _is_opinion(rest, language)
    if happened and not (is_judgement and words.copulas.search(rest)):
        return StatementKind.EVENT
    if is_judgement:
        return StatementKind.JUDGEMENT
    return StatementKind.NEED if words.needs.search(words.durations.sub(" ", plain)) else StatementKind.FACT


def _is_opinion(plain: str, language: str) -> bool:
    opinions = opinion_words(language)
    judged = opinions.idioms.sub(" ", plain)
    patterns = (opinions.good, opinions.bad, opinions.better, opinions.worse, opinions.level)
    return any(pattern.search(judged) for pattern in patterns)


def _is_praise(clause: str, language: str) -> bool:
    opinions, plain = opinion_words(language), unaccented(clause)
    is_complaint = opinions.bad.search(plain) or opinions.negations.search(plain)
    return not is_complaint and bool(statement_words(language).praise.search(plain) or opinions.good.search(plain))


def _is_about_others(clause: str, words: StatementWords, vendor: str) -> bool:
    """By the first that is named, at the beginning."""
    head = "".join(f"{word} " for word in unaccented(clause).split()[:WORDS_OF_A_SUBJECT])
    if vendor and head.startswith(unaccented(vendor)):
        return True
    others, own = words.others.search(head), words.own.search(head)
    return others is not None and (own is None or others.start() < own.start())
