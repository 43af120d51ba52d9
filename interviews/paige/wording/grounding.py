"""Whether a message keeps to what the conversation and the guide contain."""

import re
from collections.abc import Iterator

from interviews.paige.language.sentences import SENTENCE_GAP
from interviews.paige.language.words import lower_case
from interviews.paige.wording.message import WordedMessage, is_form, numbers_in
from interviews.paige.wording.words import words_of

MIN_LETTERS = 4
"""Of a word that names something. Shorter names count by their capital letter."""
MAX_NEW_WORDS_ASKED = 3

_WORD = re.compile(r"[^\W_]+")
_NOUN_ENDINGS = ("ung", "ungen", "heit", "heiten", "keit", "keiten", "schaft", "tion", "tionen", "tät", "nis", "nisse")


def numbers_unknown(message: WordedMessage) -> bool:
    if not message.known_numbers.issuperset(numbers_in(message.unquoted)):
        return True
    known = message.known | _counted(message)
    words = (found[0].split() for found in message.words.numbers.finditer(message.plain))
    return any(not known.issuperset(each) for each in words)


def names_unknown(message: WordedMessage) -> bool:
    return any(_is_unknown_name(message, *each) for sentence in message.sentences for each in _capitalized(sentence))


def quotes_wrongly(message: WordedMessage) -> bool:
    return not all(map(message.is_said, message.quotes))


def states_wrongly(message: WordedMessage) -> bool:
    """Paige says nothing of herself, and of the vendor only what the contact has said."""
    stated = [*message.statements, *(each for each in message.introductions if not _only_names(message, each))]
    own = message.words.allowed_first_person.sub(" ", message.plain)
    named = [word for sentence in message.statements for word in _named(message, sentence)]
    is_new = any(word not in message.words.acknowledgements and not message.is_known(word) for word in named)
    is_about_paige = message.words.first_person.search(own) is not None
    return is_about_paige or is_new or any(_tells_of_vendor(message, each) for each in stated)


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
    """Whether a question has no word of the topic's title or question, or a new word.

    A new word is neither said nor neutral. With one new word allowed, half of the rude questions that were held back
    passed, because no list has all rude words.
    """
    texts = f"{message.public.title} {message.public.authored}"
    topic = {word for word in words_of(texts) if word not in message.words.functions}
    asked = words_of(message.question)
    is_on_topic = any(word in topic or any(is_form(word, each) for each in topic) for word in asked)
    return not is_on_topic or bool(_new_words(message))


def takes_up_words(message: WordedMessage) -> bool:
    """Whether the question has a word of the contact that is not one of Paige's too."""
    return not message.words.vocabulary.issuperset(_named(message, message.question))


def _new_words(message: WordedMessage) -> set[str]:
    named = set(_named(message, message.question))
    return {word for word in named if word not in message.words.vocabulary and not message.is_known(word)}


def _counted(message: WordedMessage) -> set[str]:
    """The number words of the lists in the answers: "three" for "price, support and speed"."""
    lengths = {
        len(_parts(message, sentence)) for answer in message.public.answers for sentence in SENTENCE_GAP.split(answer)
    }
    return {word for word, number in message.words.counts.items() if number in lengths}


def _parts(message: WordedMessage, sentence: str) -> list[str]:
    *parts, last = sentence.split(",")
    return [part for part in (*parts, *message.words.series.split(lower_case(last))) if part.strip()]


def _capitalized(sentence: str) -> Iterator[tuple[str, str]]:
    """Each word with a capital letter, and the word before it."""
    before = ""
    for word in _WORD.findall(sentence):
        if any(letter.isupper() for letter in word):
            yield word, before
        before = word


def _is_unknown_name(message: WordedMessage, word: str, before: str) -> bool:
    plain = lower_case(word).strip()
    if word == "I" or message.is_known(plain):
        return False
    if not before or message.words.capitalizes_nouns:
        is_plain = word[1:].islower() or len(word) == 1
        return not (is_plain and (plain in message.words.vocabulary or _is_noun(message, plain, before)))
    return True


def _is_noun(message: WordedMessage, plain: str, before: str) -> bool:
    if not message.words.capitalizes_nouns or not before:
        return False
    return lower_case(before).strip() in message.words.determiners or plain.endswith(_NOUN_ENDINGS)


def _named(message: WordedMessage, sentence: str) -> Iterator[str]:
    return (word for word in words_of(sentence) if len(word) >= MIN_LETTERS and word not in message.words.functions)


def _tells_of_vendor(message: WordedMessage, clause: str) -> bool:
    plain = lower_case(clause)
    names_vendor = lower_case(message.public.vendor) in plain
    return names_vendor and message.words.attributions.search(plain) is None
