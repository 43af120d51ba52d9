from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from math import ceil

from interviews.lifecycle import Move, Speaker
from interviews.paige.dialogue import AGAIN, Utterance, said_by
from interviews.paige.guide.guide import CLOSING, FollowUpKind, Guide, Topic
from interviews.paige.language import Phrase, language_of, phrases, unaccented
from interviews.paige.reading import thresholds
from interviews.paige.reading.readings import Act, AnswerReading, Clause, StatementKind
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.statements import Statement, statement_words, statements

ASSUMING = frozenset({FollowUpKind.COMPARISON, FollowUpKind.PEOPLE, FollowUpKind.CHANGE})
"""Follow-ups of these kinds assume that there was something to compare with, other people, or a decision."""

MIN_LETTERS_OF_A_TELLING_WORD = 4
MIN_NEW_WORDS = 2
MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC = 4

SHARE_BEFORE_THE_OUTCOME = 0.5
"""The outcome, which is the guide's last topic, is asked after this share of the others: earlier, it seems a jump."""


@dataclass(frozen=True)
class DialogueState:
    brief: Brief

    @cached_property
    def said(self) -> list[Utterance]:
        return said_by(Speaker.PAIGE, self.brief.conversation)

    @cached_property
    def asked(self) -> list[Utterance]:
        return [turn for turn in self.said if turn.move not in AGAIN]

    @cached_property
    def answers(self) -> list[Utterance]:
        return said_by(Speaker.CONTACT, self.brief.heard)

    @property
    def open(self) -> Utterance:
        """The message that the last answer is about."""
        return self.said[-1]

    @property
    def topic(self) -> Topic:
        return self.brief.guide.topic(self.open.topic)

    @property
    def last(self) -> AnswerReading:
        return self.answers[-1].as_read

    @cached_property
    def repeats(self) -> list[bool]:
        """For each answer, whether the contact only says that they have said it before."""
        known: set[str] = set()
        found = []
        for answer in self.answers:
            told = unaccented("\n".join(answer.as_read.findings)).split()
            words = {word for word in told if len(word) >= MIN_LETTERS_OF_A_TELLING_WORD}
            found.append(Act.SAID_BEFORE in answer.as_read.acts and len(words - known) < MIN_NEW_WORDS)
            known |= words
        return found

    @cached_property
    def told(self) -> frozenset[str]:
        """The keys of the topics of such answers, and of their siblings."""
        topics = [turn.topic for turn, repeats in zip(self.said, self.repeats, strict=False) if repeats]
        return frozenset(topics).union(*map(self.brief.guide.siblings_of, topics))

    @cached_property
    def absent(self) -> frozenset[FollowUpKind]:
        """The kinds of follow-ups whose premise the contact has denied."""
        topics = (topic for topic in self.brief.guide.topics if topic.follow_ups)
        denied = (topic for topic in topics if _is_denial(self._clauses_on(topic)))
        return frozenset(topic.follow_ups[0].kind for topic in denied) & ASSUMING

    @property
    def is_complaint(self) -> bool:
        return Act.COMPLAINS in self.last.acts

    @property
    def is_unclear(self) -> bool:
        """Whether the contact asks what the question means, and does not answer it."""
        return Act.ASKS_MEANING in self.last.acts and self.last.words < thresholds.WORDS_BESIDE_A_QUESTION

    @property
    def has_stopped(self) -> bool:
        return Act.WANTS_TO_STOP in self.last.acts and not self.earlier(Act.WANTS_TO_STOP)

    @property
    def stopped(self) -> AnswerReading | None:
        """The answer before the last one, if it was a wish to stop."""
        before = next((answer.as_read for answer in self.answers[-2:-1]), None)
        return before if before and Act.WANTS_TO_STOP in before.acts else None

    @property
    def goes_on(self) -> bool:
        """Whether the contact goes on after a wish to stop, without an answer, a question or a wish.

        A refusal such as "Next question" counts only if they had answered with the wish.
        """
        last, stopped = self.last, self.stopped
        if not stopped or not last.clauses or last.stating or last.questions or last.wishes:
            return False
        return Act.DECLINES not in last.acts or bool(stopped.findings)

    @cached_property
    def newest(self) -> int:
        """The number of the answer to the last question that was no follow-up."""
        return max(i for i, turn in enumerate(self.said) if turn.move not in AGAIN | {Move.FOLLOW_UP})

    @property
    def turns_left(self) -> int:
        return self.brief.guide.max_turns - len(self.asked)

    @property
    def turns_needed(self) -> int:
        """For the core topics and the closing question."""
        return sum(topic.core for topic in self.uncovered)

    @cached_property
    def unasked(self) -> list[Topic]:
        """Emphasized topics first, but not the outcome at once; the closing question last.

        Omits the topics to leave out.
        """
        asked = {turn.topic for turn in self.asked if turn.move != Move.FOLLOW_UP}
        left = [topic for topic in self.brief.guide.topics if topic.key not in asked and not self._is_left_out(topic)]
        *others, outcome = self.brief.guide.topics
        is_early = len(asked) < SHARE_BEFORE_THE_OUTCOME * len(others)
        due = [key for key in self.brief.steering.emphasize if not (is_early and key == outcome.key)]
        left.sort(key=lambda topic: due.index(topic.key) if topic.key in due else len(due))
        return left if CLOSING in asked else [*left, self.brief.guide.closing]

    @cached_property
    def uncovered(self) -> list[Topic]:
        """The topics to ask, and the closing question.

        A model that chooses and words may leave out topics that the contact has mentioned or denied: it can tell
        whether their questions are answered.
        """
        if not self.brief.is_free:
            return self.unasked
        return [topic for topic in self.unasked if topic.key == CLOSING or not self.mentions(topic)]

    @cached_property
    def language(self) -> str:
        """Of the contact's answers."""
        return language_of(" ".join(answer.text for answer in self.answers), self.brief.guide.language)

    def stated_in(self, answer: Utterance) -> tuple[Statement, ...]:
        return statements(answer, self.language)

    def emphasizes(self, topic: Topic) -> bool:
        return topic.key in self.brief.steering.emphasize

    def avoids(self, topic: Topic) -> bool:
        return topic.key in self.brief.steering.avoid

    def follow_ups_to(self, topic: Topic) -> list[Utterance]:
        return [turn for turn in self.asked if turn.topic == topic.key and turn.move == Move.FOLLOW_UP]

    def earlier(self, act: Act) -> int:
        return sum(act in answer.as_read.acts for answer in self.answers[:-1])

    def unsaid(self, name: str) -> Iterator[Phrase]:
        """Yields the first wording that was not said, if there is one."""
        wordings = enumerate(phrases(self.brief.guide.language)[name])
        unsaid = (number for number, text in wordings if not any(text in turn.authored_text for turn in self.said))
        yield from (Phrase(name, number) for number in islice(unsaid, 1))

    def mentions(self, topic: Topic) -> tuple[Clause, ...]:
        """What the contact has told of a topic in any answer. Empty if that is too little."""
        found = self._clauses_on(topic)
        is_told = any(each.words >= thresholds.WORDS_OF_A_MENTION or each.is_decisive for each in found)
        return found if is_told or _is_denial(found) else ()

    def has_touched(self, topic: Topic) -> bool:
        return bool(self.follow_ups_to(topic) or self.mentions(topic))

    def _clauses_on(self, topic: Topic) -> tuple[Clause, ...]:
        answers = (answer.as_read for answer in self.answers if not answer.is_pasted)
        return tuple(each for answer in answers for each in answer.stating if _is_on(topic, each))

    def _is_left_out(self, topic: Topic) -> bool:
        """A core topic that was answered elsewhere is left out only after a follow-up on it. What tipped the decision
        is asked unless the contact has said so in plain words: other clauses that seem decisive often are not.
        """
        clauses, found, has_follow_up = self._clauses_on(topic), self.mentions(topic), bool(self.follow_ups_to(topic))
        if topic.core and asks_what_tipped_it(topic):
            is_open = not has_follow_up and topic.key not in self.told
            return not is_open and any(is_plainly_decisive(each, self.brief.guide.language) for each in found)
        if topic.key in self.told and (not topic.core or _is_answer(topic, clauses)):
            return True
        if self.emphasizes(topic):
            return not topic.core and self.avoids(topic)
        if _is_answer(topic, found):
            return not topic.core or has_follow_up or any(self.repeats)
        return not topic.core and (self.avoids(topic) or _is_denial(clauses))


def is_plainly_decisive(clause: Clause, language: str) -> bool:
    return clause.is_decisive and bool(statement_words(language, "decisive").search(unaccented(clause.text)))


def asks_what_tipped_it(topic: Topic) -> bool:
    return topic.follow_ups[:1] != () and topic.follow_ups[0].kind is FollowUpKind.CHANGE


def _is_on(topic: Topic, clause: Clause) -> bool:
    """A denial on two topics, such as "The price did not tip it", denies neither. A decisive clause is always on the
    topic that asks what tipped the decision.
    """
    if clause.kind is StatementKind.DENIAL:
        return clause.topics == (topic.key,)
    return topic.key in clause.topics or (clause.is_decisive and asks_what_tipped_it(topic))


def _is_answer(topic: Topic, clauses: Sequence[Clause]) -> bool:
    """Whether they tell as much as an answer to the topic's question. Only the surest topic of a clause counts."""
    about = [each for each in clauses if each.topics[:1] == (topic.key,)]
    is_long = sum(each.words for each in about) >= thresholds.WORDS_OF_A_FULL_ANSWER
    return len(about) >= thresholds.CLAUSES_OF_A_FULL_ANSWER and is_long


def _is_denial(clauses: Sequence[Clause]) -> bool:
    """Whether there are only denials."""
    return bool(clauses) and all(each.kind is StatementKind.DENIAL for each in clauses)


@dataclass(frozen=True)
class Remaining:
    """`question`: the number of the open question. A repeated question keeps its number."""

    question: int
    percent_done: int
    minutes: int


def remaining(guide: Guide, conversation: Sequence[Utterance]) -> Remaining:
    """Of an interview with an open question. Each new question increases `percent_done`."""
    asked = [turn for turn in said_by(Speaker.PAIGE, conversation) if turn.move not in AGAIN]
    # Follow-ups are parts of the last new topic, even those on another one. The closing question is the last topic.
    first = {turn.topic: i for i, turn in reversed([*enumerate(asked)]) if turn.move != Move.FOLLOW_UP}
    finished = len(guide.topics) if CLOSING in first else len(first) - 1
    follow_ups = min(len(asked) - 1 - max(first.values()), MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC)
    topics = finished + follow_ups / (1 + MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC)
    done = max((len(asked) - 1) / guide.max_turns, topics / len(guide.every_topic))
    return Remaining(len(asked), round(done * 100), max(1, ceil(guide.estimated_minutes * (1 - done))))
