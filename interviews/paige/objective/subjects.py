"""What an objective names within the topics of the guide: SSO, the CFO, Competitor X, the security review."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from interviews.paige.guide.guide import Guide
from interviews.paige.language.words import unaccented
from interviews.paige.objective.instructions import Place, Sign, Word, sentences
from interviews.paige.objective.sign_matches import AVOIDING, OF_OBJECTIVES, signs_in
from interviews.paige.objective.subject_words import SubjectWords, language_of_objective, subject_words

MAX_SUBJECTS = 6
MAX_WORDS, MAX_LENGTH = 4, 60
MAX_READ_CHARACTERS = 4_000
"""Of an objective. Bounds the time of a list of 100."""
REMEMBERED_OBJECTIVES = 512
"""A list shows up to 100."""

_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»\n]{2,80}+)[\"”“»]")
_ACRONYM = re.compile(r"(?=(?:.*[A-Z0-9]){2})(?=.*[A-Z])[A-Z0-9][A-Za-z0-9]*[A-Z0-9]s?")
_PLAIN = re.compile(r"\w(?:[\w \-&/.'\N{RIGHT SINGLE QUOTATION MARK}+#]*[\w+#])?")
_POSSESSIVE = re.compile(r"['\N{RIGHT SINGLE QUOTATION MARK}]s?$")
_APOSTROPHE = re.compile(r"\A.*['\N{RIGHT SINGLE QUOTATION MARK}]")
_GAP = re.compile(r"[\s\-&/.'\N{RIGHT SINGLE QUOTATION MARK}]{0,2}")
_VOWEL = re.compile("[aeiouy]")
_GERMAN = "de"
_SHOUTED = 0.6
"""A text with this share of capitals says nothing by them."""
_FINITE = frozenset(("was", "were", "is", "are", "had", "has", "did"))
_QUESTION_AUXILIARIES = frozenset(("did", "does", "do", "will", "would", "could", "can", "should"))


@dataclass(frozen=True)
class _Term:
    text: str = field(repr=False)
    is_strong: bool


@dataclass(frozen=True)
class _Reader:
    text: str
    words: SubjectWords
    language: str
    phrases: frozenset[str]
    names: frozenset[str]
    has_case: bool

    @cached_property
    def topics(self) -> frozenset[str]:
        return self.phrases - self.words.specific

    def terms(self, sentence: Sequence[Word]) -> Iterator[_Term]:
        avoided = _avoided(sentence)
        for start, end in self._runs(sentence):
            end -= self._takes_verb(sentence, start, end)
            start, end = self._trimmed(sentence, start, end)
            if start < end and avoided.isdisjoint(range(start, end)) and (term := self._term(sentence, start, end)):
                yield term

    def _runs(self, sentence: Sequence[Word]) -> Iterator[tuple[int, int]]:
        start = 0
        for index, word in enumerate(sentence):
            ends = self._ends(sentence, index)
            if ends or (start < index and not self._is_next(sentence[index - 1], word)):
                yield start, index
                start = index + ends

    def _ends(self, sentence: Sequence[Word], index: int) -> bool:
        word = sentence[index]
        if word.mark:
            return True
        if self._is_link(sentence, index) or self._is_acronym(word) or self._is_part(sentence, index):
            return False
        if self.language == _GERMAN and self.has_case and not self._original(word)[:1].isupper():
            return not word.text.isdigit()
        is_verb = self.words.is_verb(self._original(word).casefold()) and not self._is_name(sentence, index)
        return is_verb or self.words.ends(word.text)

    def _is_part(self, sentence: Sequence[Word], index: int) -> bool:
        """Of a word with hyphens, or of a known phrase, such as "works council"."""
        pairs = [sentence[max(0, i) : i + 2] for i in (index - 1, index) if 0 <= i < len(sentence) - 1]
        gaps = [self.text[first.end : second.start] for first, second in pairs if not first.mark and not second.mark]
        is_joined = "-" in gaps and not self.words.links  # French: "a-t-il"
        return is_joined or any(" ".join(word.text for word in pair) in self.words.specific for pair in pairs)

    def _is_link(self, sentence: Sequence[Word], index: int) -> bool:
        """Between two nouns, as in "audit de sécurité"."""
        if sentence[index].text not in self.words.links or not 0 < index < len(sentence) - 1:
            return False
        before, after = sentence[index - 1], sentence[index + 1]
        ends = any(
            word.mark or self.words.ends(word.text) or word.text in self.words.general for word in (before, after)
        )
        return not ends

    def _is_next(self, before: Word, word: Word) -> bool:
        return before.start == word.start or _GAP.fullmatch(self.text[before.end : word.start]) is not None

    def _trimmed(self, sentence: Sequence[Word], start: int, end: int) -> tuple[int, int]:
        while start < end and self._is_left_out(sentence[start]):
            if start + 1 < end and self._is_title(*sentence[start : start + 2]):
                break
            if start + 1 < end and self.text[sentence[start].end : sentence[start + 1].start] == "-":
                break
            start += 1
        while start < end and self._is_left_out(sentence[end - 1]):
            end -= 1
        return start, end

    def _is_title(self, word: Word, name: Word) -> bool:
        first, second = self._original(word), self._original(name)
        return self.has_case and first.istitle() and second[:1].isupper() and word.text not in self.names

    def _is_left_out(self, word: Word) -> bool:
        is_name = word.text in self.names
        return is_name or (word.text in self.words.left_out and not self._is_acronym(word))

    def _term(self, sentence: Sequence[Word], start: int, end: int) -> _Term | None:
        strong = [i for i in range(start, end) if self._is_strong(sentence, i)]
        if not strong and not self._is_noun_phrase(sentence, start, end):
            return None
        if self.words.links:
            end = strong[-1] + 1 if strong else self._end_of_noun(sentence, start, end)
        if strong and (self.words.links or not self._opens(sentence, start)):
            start = strong[0] - (strong[0] > start and sentence[strong[0] - 1].text in self.topics)
        start, end = self._short(start, end, strong)
        if not self._says_something(sentence[start:end]):
            return None
        return _Term(self._shown(sentence, start, end), bool(strong))

    def _end_of_noun(self, sentence: Sequence[Word], start: int, end: int) -> int:
        """With the noun that a link joins to it. Adjectives, which follow, are left out."""
        has_link = end - start > 2 and sentence[start + 1].text in self.words.links
        return start + 3 if has_link else start + 1

    def _short(self, start: int, end: int, strong: Sequence[int]) -> tuple[int, int]:
        if end - start <= MAX_WORDS:
            return start, end
        return (strong[0], min(end, strong[0] + MAX_WORDS)) if strong else (end - MAX_WORDS, end)

    def _says_something(self, words: Sequence[Word]) -> bool:
        """More than topics of the guide and single letters. A name beside a topic does: "Competitor X"."""
        plain = [word.text for word in words]
        own = [word for word in words if self._is_own(word)]
        is_word = any(_VOWEL.search(word.text) or self._is_acronym(word) for word in words)
        return " ".join(plain) not in self.topics and bool(own) and is_word and any(len(word) > 1 for word in plain)

    def _is_own(self, word: Word) -> bool:
        text = word.text
        return text not in self.topics and not text.isdigit() and text not in self.words.general

    def _is_noun_phrase(self, sentence: Sequence[Word], start: int, end: int) -> bool:
        before, after = sentence[start - 1] if start else None, sentence[end] if end < len(sentence) else None
        if self.words.links:
            return before is not None and before.text in self.words.articles
        is_closed = after is None or bool(after.mark) or after.text in self.words.joints
        if self.language == _GERMAN and self.has_case:
            return before is not None and (not before.mark or before.mark == "," or is_closed)
        if before is None or before.mark:
            return is_closed or (after is not None and (after.text in self.words.verbs or after.text in _FINITE))
        if before.text in self.words.clauses:
            return after is not None and not after.mark and after.text not in self.words.joints
        return self._opens(sentence, start)

    def _opens(self, sentence: Sequence[Word], start: int) -> bool:
        """Also after words that were left out at the beginning."""
        before = sentence[start - 1] if start else None
        if before is None or before.mark:
            return True
        words, text = self.words, before.text
        if words.begins(text) or text in words.qualifiers or text in words.general or text in self.names:
            return True
        return self.language == "en" and words.is_verb(text)

    def _takes_verb(self, sentence: Sequence[Word], start: int, end: int) -> bool:
        """Whether the last word is the verb of a question: "Did the security review stall the deal?"."""
        if self.language != "en" or end - start < 2 or end >= len(sentence) or sentence[end].mark:
            return False
        if self._is_strong(sentence, end - 1) or self._is_name(sentence, end - 1):
            return False
        asks = any(word.text in _QUESTION_AUXILIARIES for word in sentence[max(0, start - 3) : start])
        return asks and not self.words.ends(sentence[end - 1].text) and sentence[end].text not in self.words.verbs

    def _is_strong(self, sentence: Sequence[Word], index: int) -> bool:
        return self._is_acronym(sentence[index]) or (self.language != _GERMAN and self._is_name(sentence, index))

    def _is_acronym(self, word: Word) -> bool:
        return (
            self.has_case
            and not word.mark
            and _ACRONYM.fullmatch(self._original(word)) is not None
            and (word.text not in self.words.others and word.text not in self.words.general)
        )

    def _is_name(self, sentence: Sequence[Word], index: int) -> bool:
        word = sentence[index]
        if not self.has_case or not self._original(word)[:1].isupper() or word.text in self.words.general:
            return False
        is_first = sentence[index - 1].mark not in ("", ",") if index else True
        follows = sentence[index + 1] if index + 1 < len(sentence) else None
        return not is_first or (follows is not None and not follows.mark and self._original(follows)[:1].isupper())

    def _original(self, word: Word) -> str:
        return _POSSESSIVE.sub(
            "", _APOSTROPHE.sub("", self.text[word.start : word.end]) or self.text[word.start : word.end]
        )

    def _shown(self, sentence: Sequence[Word], start: int, end: int) -> str:
        first, last = sentence[start], sentence[end - 1]
        shown = self.text[first.start : last.end]
        if start and sentence[start - 1].start == first.start:
            shown = _APOSTROPHE.sub("", shown, count=1)
        return " ".join(_POSSESSIVE.sub("", shown).split())


def subjects(objective: str, guide: Guide, names: Iterable[str] = ()) -> tuple[str, ...]:
    """`names`: of the contact and the vendor, which are no subjects. Takes linear time."""
    if len(objective) > MAX_READ_CHARACTERS:
        objective = " ".join(objective[:MAX_READ_CHARACTERS].rsplit(maxsplit=1)[:1])
    plain = unaccented(objective)
    # Only names that stand in the objective are part of the key, so that equal objectives are read once.
    own = frozenset(unaccented(" ".join(names)).split()).intersection(plain.split())
    return _subjects(objective, guide.language, _topics(guide), own)


def is_plain(subject: str) -> bool:
    """Whether Paige can name it."""
    return len(subject) <= MAX_LENGTH and subject.isprintable() and _PLAIN.fullmatch(subject) is not None


@lru_cache(maxsize=REMEMBERED_OBJECTIVES)
def _subjects(text: str, language: str, phrases: frozenset[str], names: frozenset[str]) -> tuple[str, ...]:
    read = list(sentences(text))
    plain = [word.text for words in read for word in words if not word.mark]
    code = language_of_objective(plain, language)
    words = subject_words(code)
    letters = [letter for letter in text if letter.isalpha()]
    has_case = sum(map(str.isupper, letters)) < _SHOUTED * len(letters) or len(plain) == 1
    reader = _Reader(text, words, code, phrases, names, has_case)
    pairs = [(sentence, _asks(sentence)) for sentence in read]
    found = [term for sentence, asks in pairs if asks for term in reader.terms(sentence)]
    found = found or [term for sentence, asks in pairs if not asks for term in reader.terms(sentence)]
    return _chosen([*_quoted(text, read, reader), *found])


def _chosen(terms: Sequence[_Term]) -> tuple[str, ...]:
    """Each subject once; of two with the same words, the first."""
    found: dict[frozenset[str], str] = {}
    for term in sorted(terms, key=lambda term: not term.is_strong):
        words = frozenset(unaccented(term.text).split())
        if len(found) == MAX_SUBJECTS:
            break
        if words and is_plain(term.text) and not any(words <= other or other <= words for other in found):
            found[words] = term.text
    return tuple(found.values())


def _quoted(text: str, read: Sequence[Sequence[Word]], reader: _Reader) -> Iterator[_Term]:
    avoided = {id(words[i]) for words in read for i in _avoided(words)}
    every = [word for words in read for word in words]
    starts = [word.start for word in every]
    for match in _QUOTED.finditer(text):
        start, end = match.span(1)
        near = every[bisect_left(starts, start) : bisect_right(starts, end)]
        inside = [word for word in near if word.end <= end]
        plain = [word for word in inside if not word.mark]
        is_avoided = any(id(word) in avoided for word in inside)
        if 0 < len(plain) <= MAX_WORDS and not is_avoided and reader._says_something(plain):
            yield _Term(" ".join(match[1].split()), True)


def _asks(sentence: Sequence[Word]) -> bool:
    """Whether it is not only background."""
    texts = [word.text for word in sentence]
    signs = signs_in(texts, OF_OBJECTIVES)
    return sentence[-1].mark == "?" or any(sign.value[0] is Sign.ASK for sign in signs)


@lru_cache(maxsize=REMEMBERED_OBJECTIVES)
def _avoided_words(texts: tuple[str, ...]) -> frozenset[int]:
    found: set[int] = set()
    start, is_avoiding = 0, False
    for sign in sorted(signs_in(texts, OF_OBJECTIVES), key=lambda sign: sign.start):
        kind, place = sign.value
        if kind in AVOIDING and place is not Place.BEFORE:
            found |= {*range(start, sign.end)}
        elif is_avoiding:
            found |= {*range(start, sign.start)}
            start = sign.start
        if kind in AVOIDING or kind is Sign.ASK:
            start, is_avoiding = sign.start, kind in AVOIDING
    return frozenset(found | ({*range(start, len(texts))} if is_avoiding else set()))


def _avoided(sentence: Sequence[Word]) -> frozenset[int]:
    return _avoided_words(tuple(word.text for word in sentence))


def _topics(guide: Guide) -> frozenset[str]:
    return _topic_words(tuple(topic.phrases for topic in guide.topics))


@lru_cache(maxsize=64)
def _topic_words(phrases: tuple[tuple[str, ...], ...]) -> frozenset[str]:
    return frozenset(unaccented(phrase).strip() for own in phrases for phrase in own)
