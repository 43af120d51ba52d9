import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from interviews.paige.language.sentences import SENTENCE_GAP, clauses_and_introductions
from interviews.paige.language.words import lower_case
from interviews.paige.wording.public_brief import PublicBrief
from interviews.paige.wording.words import WordingWords, words_of

MIN_STEM = 5
LETTERS_OF_AN_ENDING = 3

_QUOTE = re.compile(r"[“„«\"]([^“”„«»\"]+)[”“»\"]")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True)
class WordedMessage:
    """A reply of a model, and what it is compared with."""

    text: str = field(repr=False)
    public: PublicBrief
    words: WordingWords

    @cached_property
    def quotes(self) -> list[str]:
        return [" ".join(quote.split()) for quote in _QUOTE.findall(self.text)]

    @cached_property
    def unquoted(self) -> str:
        """Without the words of the contact in quotation marks."""
        return _QUOTE.sub(lambda quote: " " if self.is_said(quote[1]) else f" {quote[1]} ", self.text)

    @cached_property
    def plain(self) -> str:
        return lower_case(self.unquoted)

    @cached_property
    def sentences(self) -> list[str]:
        return [each for each in SENTENCE_GAP.split(self.unquoted.strip()) if each.strip()]

    @property
    def question(self) -> str:
        """The last sentence."""
        return self.sentences[-1] if self.sentences else ""

    @property
    def question_plain(self) -> str:
        return lower_case(self.question)

    @property
    def statements(self) -> list[str]:
        return self.sentences[:-1]

    @property
    def introductions(self) -> list[str]:
        """The clauses of the question before the one that asks."""
        clauses = clauses_and_introductions(self.question)
        asking = (i for i, each in enumerate(clauses) if not self.words.open.isdisjoint(words_of(each)))
        return clauses[: next(asking, 0)]

    @cached_property
    def answers_plain(self) -> str:
        return f" {lower_case(' '.join(self.public.answers))}"

    @cached_property
    def known(self) -> frozenset[str]:
        return frozenset(word for text in self.public.public_texts() for word in words_of(text))

    @cached_property
    def known_numbers(self) -> frozenset[str]:
        return frozenset(number for text in self.public.public_texts() for number in numbers_in(text))

    @cached_property
    def known_by_beginning(self) -> Mapping[str, list[str]]:
        """Forms of one word begin alike."""
        found: dict[str, list[str]] = {}
        for word in self.known:
            found.setdefault(_beginning(word), []).append(word)
        return found

    def is_known(self, word: str) -> bool:
        """Also in another form: "reviews" if "review" was said."""
        alike = self.known_by_beginning.get(_beginning(word), ())
        return word in self.known or any(is_form(word, other) for other in alike)

    def is_said(self, quote: str) -> bool:
        return f" {lower_case(quote)}" in self.answers_plain


def numbers_in(text: str) -> Iterator[str]:
    """Without separators: "400,000" is "400000"."""
    return (re.sub(r"\D", "", number) for number in _NUMBER.findall(text))


def _beginning(word: str) -> str:
    return word.removesuffix("s")[:MIN_STEM]


def is_form(word: str, other: str) -> bool:
    """Whether two words are forms of one, such as "review" and "reviews"."""
    if word.removesuffix("s") == other.removesuffix("s"):
        return True
    length = max(MIN_STEM, min(len(word), len(other)) - LETTERS_OF_AN_ENDING + 1)
    return word[:length] == other[:length] and abs(len(word) - len(other)) <= LETTERS_OF_AN_ENDING
