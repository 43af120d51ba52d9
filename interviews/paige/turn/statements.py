"""Statements: the clauses of an answer that are worth asking about, and what of them can be quoted.

lexicons/*/statements.json has the words by which a quote is cut, and by which a clause shows what it tells. Each list
has words and rows of words, separated by "|". They are patterns for unaccented text.

- `openers`: what is left out before a comma or a joint. `joints` are between two clauses without a comma.
- `dependent`: beginnings of clauses that cannot stand alone. `pronouns`: beginnings that need their noun.
  `subordinators`: beginnings of clauses that need another one after them.
- `unfinished`: beginnings of what may need a clause after it. `relatives` begin a clause within another one.
- `shows`: by the kind of follow-up that is not needed then. `hypothetical`: what would be.
- `decisive`: by which the summary finds what decided the purchase.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from interviews.lifecycle import Direction, Move
from interviews.paige.dialogue import Utterance
from interviews.paige.guide.guide import Guide
from interviews.paige.guide.texts import MAX_QUOTE_WORDS, MIN_QUOTE_WORDS, QUOTE, VENDOR, FollowUpKind
from interviews.paige.language import (
    CLAUSE_GAP,
    ORDINAL_MARK,
    SENTENCE_GAP,
    Phrase,
    SpelledText,
    languages_with,
    lexicon,
    phrases,
    unaccented,
)
from interviews.paige.reading import thresholds
from interviews.paige.reading.readings import About, Act, AnswerReading, Clause, StatementKind

MAX_STATEMENTS, MAX_CHARACTERS_AROUND = 40, 500
"""They bound the time for a long answer, and for the sentence around a statement."""

# No quotation marks, markup, placeholders or ends of sentences, but "2.1" and "10:30": a message stays plain text.
_QUOTABLE = re.compile(
    r"(?:[^.!?;:\n\r\v\f()\[\]{}<>\"“”„«»*_`#|\\~^=\N{HORIZONTAL ELLIPSIS}\N{EM DASH}\N{EN DASH}]|(?<=\d)[.:](?=\d)|"
    rf"{ORDINAL_MARK})+"
)
_EDGE = " \t\n\N{NO-BREAK SPACE},;:.!\N{EM DASH}\N{EN DASH}-"
_PAUSES = (",", ";", ":", "")
MIN_WORDS_OF_A_PART = 6
MAX_OPENERS = 3
MAX_QUOTE_LENGTH, MAX_VENDOR_LENGTH = 300, 200

QUESTIONS = ("complained", "covered")
"""Phrases that are questions."""

_K = FollowUpKind
Kinds = frozenset[FollowUpKind]

HYPOTHETICAL = frozenset({_K.CONSEQUENCE, _K.CHANGE, _K.NEXT, _K.NOW})
"""Something hypothetical tells its consequence, and has not happened."""

FITTING: Mapping[StatementKind, tuple[Kinds, Kinds]] = {
    StatementKind.JUDGEMENT: (
        frozenset({_K.REASON, _K.INSTANCE, _K.COMPARISON, _K.CHANGE}),
        frozenset({_K.CONSEQUENCE, _K.PEOPLE, _K.NEXT, _K.NOW}),
    ),
    StatementKind.NEED: (
        frozenset({_K.REASON, _K.CHANGE}),
        frozenset({_K.CONSEQUENCE, _K.INSTANCE, _K.PEOPLE, _K.COMPARISON, _K.NOW}),
    ),
    StatementKind.EVENT: (
        frozenset({_K.CONSEQUENCE, _K.NEXT, _K.PEOPLE, _K.CHANGE, _K.NOW}),
        frozenset({_K.COMPARISON, _K.REASON}),
    ),
    StatementKind.FACT: (
        frozenset({_K.CONSEQUENCE, _K.COMPARISON, _K.PEOPLE, _K.CHANGE, _K.NOW}),
        frozenset({_K.INSTANCE, _K.NEXT}),
    ),
}
"""The kinds of follow-ups that fit a kind of statement: those to ask first, and others. Within a set, the order of the
guide counts.
"""
FITTING_EVENTS_OF_OTHERS = (
    frozenset({_K.CONSEQUENCE, _K.NEXT, _K.CHANGE, _K.NOW}),
    frozenset({_K.COMPARISON, _K.PEOPLE}),
)
"""The contact does not know why others did something."""


@dataclass(frozen=True)
class Statement(Clause):
    """`shows`: the kinds of follow-ups that it answers already. `quote`: its part that can be quoted, or ""."""

    shows: Kinds = frozenset()
    quote: str = field(default="", repr=False)

    @property
    def is_praise(self) -> bool:
        """Less can be learned from praise than from a complaint."""
        return self.speaks is Direction.FOR

    @property
    def is_doubtful(self) -> bool:
        """It may be small talk."""
        return self.certainty < thresholds.SURE

    @property
    def fitting(self) -> tuple[Kinds, Kinds]:
        is_of_others = self.kind is StatementKind.EVENT and self.about in (About.VENDOR, About.RIVAL)
        return FITTING_EVENTS_OF_OTHERS if is_of_others else FITTING[self.kind or StatementKind.FACT]


def statements(answer: Utterance, language: str) -> tuple[Statement, ...]:
    """Of an answer that was read. Denials leave nothing to ask. Empty for an e-mail and beside a wish to stop."""
    return () if answer.is_pasted else _statements(answer.text, answer.as_read, language)


@lru_cache(maxsize=512)
def _statements(text: str, reading: AnswerReading, language: str) -> tuple[Statement, ...]:
    if Act.WANTS_TO_STOP in reading.acts:
        return ()
    quotable, gaps = reading.quotable, [*SENTENCE_GAP.finditer(text)]
    told = [clause for clause in reading.stating if clause.kind is not StatementKind.DENIAL][:MAX_STATEMENTS]
    return tuple(
        Statement(
            **vars(clause),
            shows=frozenset(_shown(_sentence(text, clause, gaps), clause, language)),
            quote=quote_from(clause.text, language) if clause in quotable else "",
        )
        for clause in told
    )


def _shown(sentence: str, clause: Clause, language: str) -> Iterator[FollowUpKind]:
    plain = unaccented(sentence)
    yield from (kind for kind, markers in words_that_show(language).items() if markers.search(plain))
    if statement_words(language, "hypothetical").search(unaccented(clause.text)):
        yield from HYPOTHETICAL


def _sentence(text: str, clause: Clause, gaps: Sequence[re.Match[str]]) -> str:
    """The sentence of the clause, because a reason may be a clause of its own. `gaps`: between sentences."""
    start = max((gap.end() for gap in gaps if gap.end() <= clause.start), default=0)
    end = min((gap.start() for gap in gaps if gap.start() >= clause.end), default=len(text))
    return text[max(start, clause.start - MAX_CHARACTERS_AROUND) : min(end, clause.end + MAX_CHARACTERS_AROUND)]


def quote_from(clause: str, language: str) -> str:
    """The part of a clause that can be quoted, or ""."""
    whole = _without_openers(clause.strip(_EDGE), language)
    return next((quote for quote in _candidates(whole, language) if _stands_alone(quote, language)), "")


def is_quotable(quote: str) -> bool:
    """Whether it is one line of plain text of the right length."""
    words = quote.split()
    is_of_length = len(quote) <= MAX_QUOTE_LENGTH and MIN_QUOTE_WORDS <= len(words) <= MAX_QUOTE_WORDS
    is_line = quote == " ".join(words) and quote.isprintable()
    return is_of_length and is_line and _QUOTABLE.fullmatch(quote) is not None


def fits(quote: str, template: str) -> bool:
    """A clause does not fit into the middle of a question: "How much did “{quote}” count?"."""
    return bool(quote) and re.match(r"\W*[.:,]", template.partition(QUOTE)[2]) is not None


def quote_of(message: str, template: str) -> str | None:
    """The text at the place of {quote} in a message that ends with the template."""
    found = _ending(message, template) if QUOTE in template else None
    return found[1] if found else None


def quote_in(message: Utterance, guides: Iterable[Guide]) -> str:
    """The quote of a message, or "". `guides`: of each language in which the interview was conducted."""
    templates = (template for guide in guides for template in _templates(message, guide))
    return next((quote for template in templates if (quote := quote_of(message.authored_text, template))), "")


def phrase_in(message: Utterance, language: str) -> Phrase | None:
    """The question of the message, if it is one of QUESTIONS."""
    wordings = ((Phrase(name, i), text) for name in QUESTIONS for i, text in enumerate(phrases(language)[name]))
    return next((phrase for phrase, text in wordings if _ending(message.authored_text, text)), None)


def _templates(message: Utterance, guide: Guide) -> list[str]:
    if message.move == Move.COVERED:
        return phrases(guide.language)["covered"]
    if message.follow_up is None:
        return []
    return [guide.topic(message.topic).follow_ups[message.follow_up].template]


def _ending(message: str, template: str) -> re.Match[str] | None:
    """The template at the end of a message, with any quote and any vendor."""
    quote, vendor = f"([^“”„«»]{{1,{MAX_QUOTE_LENGTH}}}?)", f".{{1,{MAX_VENDOR_LENGTH}}}?"
    pattern = re.escape(template).replace(re.escape(QUOTE), quote).replace(re.escape(VENDOR), vendor)
    return re.search(rf"{pattern}\Z", message)


def _without_openers(text: str, language: str) -> str:
    """Leaves out words such as "but", and "honestly" before a comma."""
    for _ in range(MAX_OPENERS):
        spelled = SpelledText.of(text)
        opener = _begins(spelled.plain, language, "openers")
        rest = text[spelled.span(opener)[1] :] if opener else ""
        if not opener or not (rest[:1] in _PAUSES or _begins(spelled.plain, language, "joints")):
            break
        text = rest.lstrip(_EDGE)
    return text


def _candidates(whole: str, language: str) -> Iterator[str]:
    """The clause, and its beginnings that end where another clause begins: the longest first."""
    yield whole
    for gap in reversed([*CLAUSE_GAP.finditer(whole[:MAX_QUOTE_LENGTH])]):
        part = whole[: gap.start()].rstrip(_EDGE)
        if _is_whole(part, language):
            yield part


def _is_whole(part: str, language: str) -> bool:
    """False if the part may need what follows, such as "If they had asked"."""
    last = unaccented(CLAUSE_GAP.split(part)[-1])
    is_open = _begins(last, language, "unfinished", "relatives") or _begins(unaccented(part), language, "unfinished")
    return MIN_WORDS_OF_A_PART <= len(part.split()) <= MAX_QUOTE_WORDS and not is_open


def _stands_alone(quote: str, language: str) -> bool:
    plain = unaccented(quote)
    is_fragment = len(quote.split()) < MIN_WORDS_OF_A_PART and _begins(plain, language, "unfinished")
    is_half = _begins(plain, language, "subordinators") and not CLAUSE_GAP.search(quote)
    needs_more = is_fragment or is_half or _begins(plain, language, "dependent", "pronouns")
    return is_quotable(quote) and not needs_more


def _begins(plain: str, language: str, *lists: str) -> re.Match[str] | None:
    """The first row of one of the lists with which the text begins."""
    return next((found for name in lists if (found := statement_words(language, name).match(plain))), None)


@cache
def statement_words(language: str, name: str) -> re.Pattern[str]:
    """Finds nothing if the language does not have the list."""
    return _any_of(_lists(language).get(name, ""))


@cache
def words_that_show(language: str) -> Mapping[FollowUpKind, re.Pattern[str]]:
    return {FollowUpKind(kind): _any_of(words) for kind, words in _lists(language).get("shows", {}).items()}


@cache
def _lists(language: str) -> Mapping[str, Any]:
    return lexicon("statements", language) if language in languages_with("statements") else {}


def _any_of(words: str) -> re.Pattern[str]:
    rows = sorted({unaccented(row) for row in words.split("|") if row}, key=len, reverse=True)
    return re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, rows))})" if rows else r"(?!)")
