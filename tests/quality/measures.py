"""What is counted in an interview. A finding is a place where Paige fell short."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from interviews.lifecycle import Move
from interviews.paige.dialogue import AGAIN, Utterance
from interviews.paige.guide.guide import CLOSING
from interviews.paige.language import languages_with, phrases
from tests.quality.interviews import ADDRESS, VENDOR, Exchange, Interview
from tests.quality.respondents import Label

NEW_QUESTIONS = frozenset({Move.QUESTION, Move.FOLLOW_UP, Move.COVERED, Move.CLOSING})

# The fixed phrases that answer a question or a wish.
ANSWERS: Mapping[Label, str] = {
    Label.ASKS_ABOUT_AI: "ai",
    Label.ASKS_WHO_READS: "who_reads",
    Label.ASKS_HOW_LONG: "how_long",
    Label.ASKS_ABOUT_LANGUAGE: "language",
    Label.ASKS_IF_ENOUGH: "cannot_answer",
    Label.ASKS_OTHER: "cannot_answer",
    Label.WANTS_TO_STOP: "how_to_stop",
    Label.WANTS_A_PERSON: "how_to_reach_a_person",
    Label.WANTS_DELETION: "how_to_delete",
}
# Questions about the question, answered by putting it again, or else by these phrases.
PUT_AGAIN: Mapping[Label, tuple[frozenset[Move], str]] = {
    Label.ASKS_MEANING: (frozenset({Move.REPHRASE}), "left_unclear"),
    Label.ASKS_PURPOSE: (frozenset({Move.REPHRASE}), "purpose"),
    Label.ASKS_TO_REPEAT: (AGAIN, "left_unclear"),
}
WISHES = frozenset({Label.WANTS_TO_STOP, Label.WANTS_A_PERSON, Label.WANTS_DELETION})


@dataclass(frozen=True)
class Count:
    """`misses`: for a measure of misses, the places; else what is missing. `of`: how many there could have been."""

    of: int
    misses: tuple[str, ...]


def measure(interview: Interview, find: Callable[[Interview], Iterable[tuple[bool, str]]]) -> Count:
    found = list(find(interview))
    return Count(len(found), tuple(place for is_missed, place in found if is_missed))


def core_topics(interview: Interview) -> Iterator[tuple[bool, str]]:
    """Of interviews that the contact did not end. A topic that an answer to another one answered counts as asked."""
    if any(Label.WANTS_TO_STOP in answer.labels for answer in interview.given):
        return
    asked = {message.topic for message in interview.messages}
    asked = asked.union(*(answer.topics for answer in interview.given))
    yield from ((topic.key not in asked, topic.key) for topic in interview.guide.every_topic if topic.core)


def wordings(interview: Interview) -> Iterator[tuple[bool, str]]:
    """Sentences that Paige said before, except the question that she puts again at the contact's wish."""
    seen: Counter[str] = Counter()
    for i, message in enumerate(interview.messages):
        open_question = interview.messages[i - 1].text if message.move in AGAIN and i else ""
        for sentence in _sentences(message.text):
            if sentence not in open_question:
                seen[sentence] += 1
                yield seen[sentence] > 1, sentence


def declines(interview: Interview) -> Iterator[tuple[bool, str]]:
    """A press is a follow-up on the same topic, or the same question again, after a decline or a wish to stop."""
    stops = 0
    for exchange in interview.exchanges:
        labels = exchange.answer.labels
        stops += Label.WANTS_TO_STOP in labels
        if labels & {Label.DECLINES, Label.WANTS_TO_STOP}:
            is_second_stop = Label.WANTS_TO_STOP in labels and stops > 1
            yield _presses(exchange) or (is_second_stop and exchange.next is not None), _place(exchange)


def denials(interview: Interview) -> Iterator[tuple[bool, str]]:
    """A follow-up on a topic whose premise the contact has just denied."""
    for exchange in interview.exchanges:
        if Label.DENIES in exchange.answer.labels:
            yield _is_follow_up(exchange.next, exchange.message.topic), _place(exchange)


def questions_of_the_contact(interview: Interview) -> Iterator[tuple[bool, str]]:
    """Questions and wishes that the next message does not reply to: a wish the first time, a question each time."""
    for label, exchange in _requests(interview):
        replies = (label, *ANSWERS, *PUT_AGAIN) if exchange.next else (label,)
        yield not any(_is_answered(each, exchange.next) for each in replies), f"{label}: {_place(exchange)}"


def other_replies(interview: Interview) -> Iterator[tuple[bool, str]]:
    """Questions and wishes to which the reply is that of another one."""
    for label, exchange in _requests(interview):
        yield not _is_answered(label, exchange.next), f"{label}: {_place(exchange)}"


def replies_to_nothing(interview: Interview) -> Iterator[tuple[bool, str]]:
    """Answers to questions and wishes that the contact did not have."""
    for exchange in interview.exchanges:
        if exchange.next and not exchange.answer.labels & (ANSWERS.keys() | PUT_AGAIN.keys()):
            said = any(_says(exchange.next, name) for name in ANSWERS.values())
            yield said or exchange.next.move in AGAIN, _place(exchange)


def answered_topics(interview: Interview) -> Iterator[tuple[bool, str]]:
    """Questions on a topic that the contact has answered, without saying so, and follow-ups to "as I said"."""
    known: set[str] = set()
    for exchange in interview.exchanges:
        message = exchange.message
        if message.move in NEW_QUESTIONS and message.topic != CLOSING:
            is_as_new = message.move == Move.QUESTION and not _says(message, "touched")
            yield is_as_new and message.topic in known, message.text
        if Label.SAID_BEFORE in exchange.answer.labels and _is_follow_up(exchange.next, message.topic):
            yield True, _place(exchange)
        known |= exchange.answer.topics


def turns(interview: Interview) -> int:
    return len(interview.messages)


def words(interview: Interview) -> int:
    return sum(len(answer.text.split()) for answer in interview.given)


def _requests(interview: Interview) -> Iterator[tuple[Label, Exchange]]:
    wished: set[Label] = set()
    for exchange in interview.exchanges:
        for label in exchange.answer.labels & (ANSWERS.keys() | PUT_AGAIN.keys()) - wished:
            yield label, exchange
        wished |= exchange.answer.labels & WISHES


def _presses(exchange: Exchange) -> bool:
    labels, after = exchange.answer.labels, exchange.next
    is_put_again = after is not None and after.move in AGAIN and not labels & (ANSWERS.keys() | PUT_AGAIN.keys())
    return _is_follow_up(after, exchange.message.topic) or is_put_again


def _is_follow_up(message: Utterance | None, topic: str) -> bool:
    return message is not None and message.topic == topic and message.move == Move.FOLLOW_UP


def _is_answered(label: Label, message: Utterance | None) -> bool:
    """The end of the interview answers a wish to stop, and whether it was enough."""
    if message is None:
        return label in {Label.WANTS_TO_STOP, Label.ASKS_IF_ENOUGH}
    moves, phrase = PUT_AGAIN[label] if label in PUT_AGAIN else (frozenset(), ANSWERS[label])
    return message.move in moves or _says(message, phrase)


def _says(message: Utterance, name: str) -> bool:
    texts = [text for language in languages_with("phrases") for text in phrases(language).get(name, [])]
    return any(text.format(vendor=VENDOR, contact_address=ADDRESS) in message.text for text in texts)


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?])\s+", text)


def _place(exchange: Exchange) -> str:
    after = f"[{exchange.next.move}] {exchange.next.text}" if exchange.next else "(end)"
    return f"{exchange.message.text} — {exchange.answer.text} — {after}"
