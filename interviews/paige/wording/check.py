"""Whether the words of a model may be shown. If not, the authored text is shown.

The check has no notes and no objective, as the request has none. It refuses what Paige must not say, whether the model
or the contact had the idea.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum

from interviews.paige.guide.question_style import style_warnings
from interviews.paige.language import SENTENCE_GAP, language_of
from interviews.paige.wording import grounding
from interviews.paige.wording.grounding import WordedMessage
from interviews.paige.wording.request import AS_AUTHORED, MAX_WORDS, PublicBrief, Task
from interviews.paige.wording.words import wording_words, words_of

MAX_CHARACTERS = 300
MAX_STATEMENTS = 2
MIN_FUNCTION_WORDS, MIN_IF_IN_DOUBT = 0.25, 0.5
"""The least share of function words of the language. In doubt: if those of another language are more frequent."""
SAME_WORDING = 0.8
"""Two questions with this share of common words are the same."""

_MARKUP = re.compile(
    r"[<>\[\]{}*_`#|\\~^=@]|://|\bwww\.|(?<![\w-])[\w-]++\.[a-z]{2,}\b|^\s*[-•\N{EN DASH}]\s|(?:^|\s)\(?[a-d1-9][.)]\s"
)
_ENDS_LIKE_A_QUESTION = re.compile(r"\?[\"”“»]?\Z")


class Refusal(StrEnum):
    """Why the authored text is shown. It is stored with the turn. The refused text is not stored."""

    AUTHORED = "authored words"
    LANGUAGE = "language"
    FORM = "markup, link or list"
    LENGTH = "length"
    QUESTIONS = "not one question"
    STYLE = "closed, leading or double"
    NAME = "unknown name"
    NUMBER = "unknown number"
    QUOTE = "wrong quote"
    STATEMENT = "statement of its own"
    PROMISE = "promise"
    ADVICE = "advice"
    PRIVATE = "personal data"
    HARMFUL = "secrets, contact, harm or orders"
    RUDE = "rude"
    REQUEST = "about the request"
    REPEATED = "used wording"
    TOPIC = "off the topic"


def refusal_of(text: str, public: PublicBrief) -> Refusal | None:
    """None if the text may be shown."""
    words = wording_words(public.language)
    if words is None:
        return Refusal.LANGUAGE
    if text == AS_AUTHORED and public.task is Task.TOPIC:
        return None
    if text == public.authored:
        return Refusal.AUTHORED
    message = WordedMessage(text, public, words)
    return next((refusal for refusal, is_due in CHECKS[public.task].items() if is_due(message)), None)


def _is_no_plain_line(message: WordedMessage) -> bool:
    has_symbol = any(unicodedata.category(each) in ("So", "Sk") for each in message.text)
    return has_symbol or not message.text.isprintable() or _MARKUP.search(message.text) is not None


def _is_too_long(message: WordedMessage) -> bool:
    return len(message.text) > MAX_CHARACTERS or len(message.text.split()) > MAX_WORDS


def _is_not_one_question(message: WordedMessage) -> bool:
    is_question = message.text.count("?") == 1 and _ENDS_LIKE_A_QUESTION.search(message.text) is not None
    return not is_question or len(message.statements) > MAX_STATEMENTS


def _is_poor_question(message: WordedMessage) -> bool:
    is_open = not message.words.open.isdisjoint(words_of(message.question))
    return not is_open or any(style_warnings(message.text, message.public.language))


def _is_in_another_language(message: WordedMessage) -> bool:
    own, said = message.public.language, words_of(message.unquoted)
    letters = (each for each in message.text if each.isalpha())
    is_latin = all("LATIN" in unicodedata.name(each, "") for each in letters)
    functions = sum(word in message.words.functions for word in said)
    least = MIN_FUNCTION_WORDS if language_of(message.unquoted, own) == own else MIN_IF_IN_DOUBT
    return not is_latin or functions < least * len(said)


def _has(name: str, *, unless_said: bool = False) -> Callable[[WordedMessage], bool]:
    """`unless_said`: words of the contact are allowed, also in the plural."""

    def is_due(message: WordedMessage) -> bool:
        pattern: re.Pattern[str] = getattr(message.words, name)
        found = (each[0] for each in pattern.finditer(message.plain))
        return any(not (unless_said and f" {each.rstrip(' s')}" in message.answers_plain) for each in found)

    return is_due


def _is_harmful(message: WordedMessage) -> bool:
    """Whether it asks for a secret, for contact elsewhere or for an act, or harms.

    Words of the contact, such as "password", may only be in a question about what happened: no list has all of them.
    """
    present, past = (pattern.search(message.question_plain) for pattern in (message.words.present, message.words.past))
    is_of_now = present is not None and (past is None or present.start() < past.start())
    return _has("harmful")(message) or (is_of_now and grounding.takes_up_words(message))


def _repeats(message: WordedMessage) -> bool:
    said = (sentence for text in message.public.said for sentence in SENTENCE_GAP.split(text))
    return any(_is_same_wording(message.question, each) for each in said)


def _is_same_wording(one: str, other: str) -> bool:
    first, second = set(words_of(one)), set(words_of(other))
    return len(first & second) >= SAME_WORDING * max(len(first), len(second), 1)


def _opens_another_topic(message: WordedMessage) -> bool:
    questions = (question for _, question in message.public.topics if question != message.public.authored)
    return grounding.opens_another_topic(message) or any(_is_same_wording(message.question, each) for each in questions)


OF_A_QUESTION: Mapping[Refusal, Callable[[WordedMessage], bool]] = {
    Refusal.FORM: _is_no_plain_line,
    Refusal.LENGTH: _is_too_long,
    Refusal.QUESTIONS: _is_not_one_question,
    Refusal.LANGUAGE: _is_in_another_language,
    Refusal.REQUEST: _has("about_the_request", unless_said=True),
    Refusal.PROMISE: _has("promises"),
    Refusal.ADVICE: _has("advice"),
    Refusal.PRIVATE: _has("private", unless_said=True),
    Refusal.RUDE: _has("rude"),
    Refusal.STYLE: _is_poor_question,
    Refusal.NUMBER: grounding.numbers_unknown,
    Refusal.NAME: grounding.names_unknown,
    Refusal.QUOTE: grounding.quotes_wrongly,
    Refusal.STATEMENT: grounding.states_wrongly,
    Refusal.REPEATED: _repeats,
    Refusal.TOPIC: grounding.strays,
    Refusal.HARMFUL: _is_harmful,
}
OF_A_TOPIC = {**OF_A_QUESTION, Refusal.HARMFUL: _has("harmful"), Refusal.TOPIC: _opens_another_topic}
CHECKS = {Task.FOLLOW_UP: OF_A_QUESTION, Task.TOPIC: OF_A_TOPIC}
