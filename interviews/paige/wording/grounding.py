"""Whether a message keeps to what the conversation and the guide contain."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from interviews.paige.language import SENTENCE_GAP, clauses_and_introductions, is_form, lower_case
from interviews.paige.wording.request import PublicBrief
from interviews.paige.wording.words import WordingWords, words_of

MIN_LETTERS = 4
"""Of a word that names something. Shorter names count by their capital letter."""
MAX_NEW_WORDS_ASKED = 3
MIN_STEM = 5

_WORD = re.compile(r"[^\W_]+")
_NOUN_ENDINGS = ("ung", "ungen", "heit", "heiten", "keit", "keiten", "schaft", "tion", "tionen", "tät", "nis", "nisse")
_QUOTE = re.compile(r"[“„«\"]([^“”„«»\"]+)[”“»\"]")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True)
class WordedMessage:
    """A reply of a model, and what it is compared with."""

    text: str = field(repr=False)
    public: PublicBrief
    words: WordingWords

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
    def known_by_beginning(self) -> Mapping[str, list[str]]:
        """Forms of one word begin alike."""
        found: dict[str, list[str]] = {}
        for word in self.known:
            found.setdefault(_beginning(word), []).append(word)
        return found

    def is_known(self, word: str) -> bool:
        """Whether the word was said, also in another form such as "reviews"."""
        alike = self.known_by_beginning.get(_beginning(word), ())
        return word in self.known or any(is_form(word, other) for other in alike)

    def is_said(self, quote: str) -> bool:
        return f" {lower_case(quote)}" in self.answers_plain


def _numbers_in(text: str) -> Iterator[str]:
    """Without separators: "400,000" is "400000"."""
    return (re.sub(r"\D", "", number) for number in _NUMBER.findall(text))


def _beginning(word: str) -> str:
    return word.removesuffix("s")[:MIN_STEM]


def numbers_unknown(message: WordedMessage) -> bool:
    known_numbers = {number for text in message.public.public_texts() for number in _numbers_in(text)}
    if not known_numbers.issuperset(_numbers_in(message.unquoted)):
        return True
    words = (found[0].split() for found in message.words.numbers.finditer(message.plain))
    return any(not message.known.issuperset(each) for each in words)


def names_unknown(message: WordedMessage) -> bool:
    return any(_is_unknown_name(message, *each) for sentence in message.sentences for each in _capitalized(sentence))


def quotes_wrongly(message: WordedMessage) -> bool:
    return not all(map(message.is_said, _QUOTE.findall(message.text)))


def states_wrongly(message: WordedMessage) -> bool:
    """Paige says nothing of herself, and of the vendor only what the contact has said."""
    stated = [*message.statements, *(each for each in message.introductions if not _only_names(message, each))]
    own = message.words.allowed_first_person.sub(" ", message.plain)
    named = [word for sentence in message.statements for word in _named(message, sentence)]
    is_new = any(word not in message.words.acknowledgements and not message.is_known(word) for word in named)
    is_about_paige = message.words.first_person.search(own) is not None
    of_vendor = (plain for plain in map(lower_case, stated) if lower_case(message.public.vendor) in plain)
    return is_about_paige or is_new or not all(map(message.words.attributions.search, of_vendor))


def _only_names(message: WordedMessage, clause: str) -> bool:
    """Such as "Besides Acme and Globex"."""
    words = (word for word in _WORD.findall(clause) if lower_case(word).strip() not in message.words.functions)
    return all(word[0].isupper() for word in words)


def strays(message: WordedMessage) -> bool:
    """Whether a question is about nothing that was said, or about too much that was not."""
    asked, public = set(words_of(message.question)), message.public
    contents = {word for text in (public.title, public.authored, *public.answers) for word in words_of(text)}
    named = _named(message, message.question)
    is_about_said = not contents.isdisjoint(asked - message.words.functions) or any(map(message.is_known, named))
    refers = not message.words.anaphora.isdisjoint(asked)
    return len(_new_words(message)) > MAX_NEW_WORDS_ASKED or not (is_about_said or refers)


def opens_another_topic(message: WordedMessage) -> bool:
    """Whether a question has no word of the topic's title or question, or a new word: neither said nor neutral.

    If one new word was allowed, half of the rude questions for testing passed: no list has all rude words.
    """
    texts = f"{message.public.title} {message.public.authored}"
    topic = {word for word in words_of(texts) if word not in message.words.functions}
    asked = words_of(message.question)
    is_on_topic = any(word in topic or any(is_form(word, each) for each in topic) for word in asked)
    return not is_on_topic or bool(_new_words(message))


def takes_up_words(message: WordedMessage) -> bool:
    """Whether the question has a word that Paige's own texts do not have."""
    return not message.words.vocabulary.issuperset(_named(message, message.question))


def _new_words(message: WordedMessage) -> set[str]:
    named = set(_named(message, message.question))
    return {word for word in named if word not in message.words.vocabulary and not message.is_known(word)}


def _capitalized(sentence: str) -> Iterator[tuple[str, str]]:
    """Each word with a capital letter, and the word before it."""
    before = ""
    for word in _WORD.findall(sentence):
        if any(letter.isupper() for letter in word):
            yield word, before
        before = word


def _is_unknown_name(message: WordedMessage, word: str, before: str) -> bool:
    plain, words = lower_case(word).strip(), message.words
    if word == "I" or message.is_known(plain):
        return False
    if before and not words.determiners:  # a language that does not capitalize nouns
        return True
    is_noun = before and (lower_case(before).strip() in words.determiners or plain.endswith(_NOUN_ENDINGS))
    is_plain = word[1:].islower() or len(word) == 1
    return not (is_plain and (plain in words.vocabulary or is_noun))


def _named(message: WordedMessage, sentence: str) -> Iterator[str]:
    return (word for word in words_of(sentence) if len(word) >= MIN_LETTERS and word not in message.words.functions)
