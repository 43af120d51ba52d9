"""What the answers of contacts can be read as, in every language of lexicons/*/answers.json.

Patterns under "whole" must match a whole sentence but for its fillers, those under "start" its beginning, and those
under "part" any part. Each of those under "bare" must match a sentence that has only "empty" words besides: a group of
patterns, all of which it contains. Those under "asked" match any part of a question that no other pattern matches, and
those under "hinted" any part of a question that none of these matches.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from interviews.paige.guide.texts import FollowUpKind
from interviews.paige.language.lexicons import languages_with, lexicon
from interviews.paige.language.patterns import Patterns, whole_words
from interviews.paige.language.words import unaccented


class Intent(StrEnum):
    """Of several intents that match a question under "asked", the first counts."""

    ASKS_ABOUT_AI = "asks_about_ai"
    ASKS_WHO_READS = "asks_who_reads"
    ASKS_HOW_LONG = "asks_how_long"
    ASKS_ABOUT_LANGUAGE = "asks_about_language"
    ASKS_TO_REPEAT = "asks_to_repeat"
    ASKS_PURPOSE = "asks_purpose"
    ASKS_IF_ENOUGH = "asks_if_enough"
    ASKS_MEANING = "asks_meaning"
    ASKS_SOMETHING = "asks_something"
    GOES_ON = "goes_on"
    WANTS_TO_STOP = "wants_to_stop"
    WANTS_A_PERSON = "wants_a_person"
    WANTS_DELETION = "wants_deletion"
    DECLINES = "declines"
    DENIES = "denies"
    SAID_BEFORE = "said_before"


@dataclass(frozen=True)
class _Language:
    lexicon: Mapping[str, Any]
    patterns: Patterns

    def regex(self, name: str) -> str:
        return self.patterns.regex(self.lexicon[name])

    @property
    def fillers(self) -> str:
        """Atomic: of "so yeah", "so" and "yeah", a row of fillers would be read in exponentially many ways."""
        return f"(?>{self.regex('fillers')})*"

    def intent(self, intent: Intent, mode: str) -> str:
        patterns = self.lexicon["intents"].get(intent, {}).get(mode, [])
        return patterns and self.patterns.regex("|".join(patterns))

    def bare(self, intent: Intent) -> Iterator[str]:
        """Atomic groups: the words of a sentence are read in one way only, so the time stays linear."""
        for group in self.lexicon["intents"].get(intent, {}).get("bare", []):
            contained = [self.patterns.regex(pattern) for pattern in group]
            ahead = "".join(rf"(?=(?:\S+ )*?{pattern})" for pattern in contained)
            words = "|".join([*contained, self.regex("fillers"), self.regex("empty")])
            yield rf"{ahead}(?>{words})*+(?:\? )?$"


@cache
def _languages() -> Mapping[str, _Language]:
    files = {name: lexicon("answers", name) for name in languages_with("answers")}
    return {name: _Language(words, Patterns(words["words"])) for name, words in files.items()}


@cache
def intent_patterns() -> Mapping[Intent, re.Pattern[str]]:
    return {intent: re.compile("|".join(_intent_regexes(intent))) for intent in Intent}


def _intent_regexes(intent: Intent) -> Iterator[str]:
    for language in _languages().values():
        if whole := language.intent(intent, "whole"):
            yield rf"{language.fillers}{whole}{language.fillers}(?:\? )?$"
        if start := language.intent(intent, "start"):
            yield f"{language.fillers}{start}"
        if part := language.intent(intent, "part"):
            yield rf"(?:\S+ )*?{part}"
        yield from (language.bare(intent) if "empty" in language.lexicon else ())


@cache
def question_patterns(mode: str) -> Mapping[Intent, re.Pattern[str]]:
    """Excludes what intent_patterns() matches. `mode`: "asked" or "hinted"."""
    found = {intent: [language.intent(intent, mode) for language in _languages().values()] for intent in Intent}
    joined = {intent: "|".join(filter(None, regexes)) for intent, regexes in found.items()}
    return {intent: re.compile(rf"(?<!\S)(?:{regex})") for intent, regex in joined.items() if regex}


@cache
def filler_pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"{language.fillers}$" for language in _languages().values()))


@cache
def contrast_pattern() -> re.Pattern[str]:
    """In a sentence as it was written: most words after a comma, since "aber" and "doch" are German particles too."""
    after_comma = _raw_words("contrasts")
    anywhere = _raw_words("contrasts_without_comma")
    return re.compile(rf"(?:, (?:{after_comma})| (?:{anywhere}))\b")


def _raw_words(name: str) -> str:
    words = (word for each in _languages().values() for word in each.lexicon.get(name, "").split())
    return "|".join(map(re.escape, words))


@cache
def indirect_question_pattern() -> re.Pattern[str]:
    """Such as "Wie lange das dauert, konnte uns keiner sagen"."""
    return _beginning("indirect")


@cache
def reported_question_pattern() -> re.Pattern[str]:
    """Such as "They asked us how long it would take"."""
    return _beginning("reported")


@cache
def question_pattern() -> re.Pattern[str]:
    """Beginnings that only questions have."""
    languages = [each for each in _languages().values() if "questions" in each.lexicon]
    return re.compile("|".join(f"{each.fillers}{each.regex('questions')}" for each in languages))


@cache
def address_pattern() -> re.Pattern[str]:
    """Words for the interviewer and the interview."""
    return whole_words(each.lexicon["addresses"] for each in _languages().values() if "addresses" in each.lexicon)


def spelled_out(text: str) -> str:
    """Like `unaccented`, with the full forms of short spellings, such as "pls"."""
    return " ".join(_spellings().get(word, word) for word in unaccented(text).split()) + " "


@cache
def _spellings() -> Mapping[str, str]:
    """By the short form."""
    lists = [each.lexicon.get("spellings", {}) for each in _languages().values()]
    return {unaccented(short).rstrip(): unaccented(full).rstrip() for each in lists for short, full in each.items()}


@cache
def narration_pattern() -> re.Pattern[str]:
    """Of what was or would have been, such as "One day later and we would have been out of time"."""
    return whole_words(each.lexicon["narration"] for each in _languages().values() if "narration" in each.lexicon)


@cache
def rhetorical_pattern() -> re.Pattern[str]:
    return _beginning("rhetorical")


@cache
def feeling_pattern() -> re.Pattern[str]:
    return whole_words(
        language.lexicon["feelings"] for language in _languages().values() if "feelings" in language.lexicon
    )


@cache
def language_name_patterns() -> Mapping[str, re.Pattern[str]]:
    """By code: what the languages are called in each language."""
    lists = [language.lexicon.get("language_names", {}) for language in _languages().values()]
    codes = {code for names in lists for code in names}
    return {code: whole_words(names[code] for names in lists if code in names) for code in codes}


@cache
def words_of_retelling() -> frozenset[str]:
    """Of sentences such as "I told you three times"."""
    return frozenset(
        word for each in _languages().values() for word in unaccented(each.lexicon.get("retelling", "")).split()
    )


@cache
def empty_words(language: str) -> frozenset[str]:
    """Of sentences that say nothing on the subject, such as "I left that to others"."""
    known = _languages().get(language)
    texts = [known.lexicon.get(name, "") for name in ("empty", "idle", "retelling")] if known else []
    return frozenset(unaccented(" ".join(texts).replace("|", " ")).split())


@cache
def self_answer_pattern() -> re.Pattern[str]:
    """Such as "because", after the contact's own question."""
    return _beginning("self_answers")


@cache
def marker_patterns() -> Mapping[FollowUpKind, re.Pattern[str]]:
    markers = [language.lexicon["markers"] for language in _languages().values()]
    return {FollowUpKind(kind): whole_words(each[kind] for each in markers) for kind in markers[0]}


@cache
def absence_patterns() -> Mapping[FollowUpKind, re.Pattern[str]]:
    """That there is nothing to compare with, that nobody else was involved, or that nothing was decided."""
    lists = [language.lexicon["absent"] for language in _languages().values() if "absent" in language.lexicon]
    return {FollowUpKind(kind): whole_words(each[kind] for each in lists) for kind in lists[0]}


@cache
def absent_topic_patterns() -> Mapping[FollowUpKind, re.Pattern[str]]:
    """By the kind of `absence_patterns`: phrases of a topic that asks for what there was not."""
    lists = [each.lexicon["absent_topics"] for each in _languages().values() if "absent_topics" in each.lexicon]
    return {FollowUpKind(kind): whole_words(each[kind] for each in lists) for kind in lists[0]}


@cache
def tipping_pattern() -> re.Pattern[str]:
    """Of what decided it: "The back-test tipped it for us"."""
    return whole_words(each.lexicon["tipped"] for each in _languages().values() if "tipped" in each.lexicon)


def language_of(text: str, default: str = "en") -> str:
    words = unaccented(text).split()
    return max(_vocabularies(), key=lambda name: (_vocabularies()[name].count(words), name == default))


def conjunctions(text: str) -> frozenset[str]:
    """Of the text's language: "die" joins clauses in Dutch, but not in German."""
    return _vocabularies()[language_of(text)].conjunctions


@dataclass(frozen=True)
class _Vocabulary:
    common: frozenset[str]
    conjunctions: frozenset[str]

    def count(self, words: Iterable[str]) -> int:
        return sum(word in self.common for word in words)


@cache
def _vocabularies() -> Mapping[str, _Vocabulary]:
    def words(language: _Language, name: str) -> frozenset[str]:
        return frozenset(unaccented(language.lexicon[name]).split())

    return {
        name: _Vocabulary(words(language, "common_words"), words(language, "conjunctions"))
        for name, language in _languages().items()
    }


def _beginning(name: str) -> re.Pattern[str]:
    return re.compile("|".join(each.regex(name) for each in _languages().values() if name in each.lexicon))
