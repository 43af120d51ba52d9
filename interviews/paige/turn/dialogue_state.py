from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from interviews.lifecycle import Move, Speaker
from interviews.paige.answers.dialogue import AGAIN, Utterance, said_by
from interviews.paige.answers.lexicon import Intent, absence_patterns, language_of
from interviews.paige.answers.reading import Reading, read
from interviews.paige.answers.sentences import QUESTIONS, WISHES, Sentence
from interviews.paige.answers.statement_words import statement_words
from interviews.paige.answers.statements import Statement, statements
from interviews.paige.guide.guide import CLOSING, FollowUpKind, Topic
from interviews.paige.language.lexicons import Phrase, phrases
from interviews.paige.language.words import unaccented
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.mentions import PHRASES_OF_A_MENTION, asks_for, distinct, judges, tells_what_tipped

TOPICS_OF_A_SUMMARY = 4
"""In an answer with phrases of this many topics, one phrase of each counts."""

SHARE_BEFORE_THE_OUTCOME = 0.5
"""The guide's last topic is asked after this share of the others. Contacts called an earlier question on it a jump."""


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
        return said_by(Speaker.CONTACT, self.brief.conversation)

    @property
    def open(self) -> Utterance:
        """The message that the last answer is about."""
        return self.said[-1]

    @property
    def topic(self) -> Topic:
        return self.brief.guide.topic(self.open.topic)

    @cached_property
    def last(self) -> Reading:
        return read(self.brief.conversation[-1].text, self.open.text)

    @cached_property
    def repeats(self) -> list[bool]:
        """For each answer, whether the contact only says that they have said it."""
        known: set[str] = set()
        found = []
        for answer in self.answers:
            found.append(answer.reading.only_repeats(known))
            known |= answer.reading.telling_words
        return found

    @cached_property
    def told(self) -> frozenset[str]:
        """The keys of topics on which the contact only says that they have said it, and of their siblings."""
        topics = [turn.topic for turn, repeats in zip(self.said, self.repeats, strict=False) if repeats]
        return frozenset(topics).union(*map(self.brief.guide.siblings_of, topics))

    @cached_property
    def absent(self) -> frozenset[FollowUpKind]:
        """Of follow-ups that assume what the contact has said that there was not."""
        said = [unaccented(text) for answer in self.answers for text in answer.reading.findings]
        return frozenset(kind for kind, absence in absence_patterns().items() if any(map(absence.search, said)))

    def absence_of(self, topic: Topic) -> FollowUpKind | None:
        """What the topic asks for, first of all, if the contact has said that there was none of it."""
        kind = topic.follow_ups[0].kind if topic.follow_ups else None
        return kind if kind in self.absent and asks_for(topic, kind) else None

    @property
    def hints(self) -> bool:
        """Whether the last answer announces something without telling it."""
        hints = statement_words(self.language).hints
        return any(hints.search(unaccented(text)) for text in self.last.findings)

    @property
    def intents_before(self) -> frozenset[Intent]:
        """Of the earlier answers to the open question."""
        first = self.said.index(self.asked[-1])
        return frozenset().union(*(answer.reading.intents for answer in self.answers[first:-1]))

    @property
    def has_stopped(self) -> bool:
        return Intent.WANTS_TO_STOP in self.last.intents and not self.earlier(Intent.WANTS_TO_STOP)

    @property
    def stopped(self) -> Reading | None:
        """The answer before the last one, if it was a wish to stop."""
        before = next((answer.reading for answer in self.answers[-2:-1]), None)
        return before if before and Intent.WANTS_TO_STOP in before.intents else None

    @property
    def goes_on(self) -> bool:
        """Only after a wish to stop, "yes please" and "next question" say so."""
        last = self.last
        if self.stopped and last.sentences and not last.findings:
            passes_over = last.intents == {Intent.DECLINES} and not self.stopped.findings
            return last.intents <= {Intent.GOES_ON, Intent.DECLINES} and not passes_over
        return Intent.GOES_ON in last.intents and not last.intents & (QUESTIONS | WISHES | {Intent.DECLINES})

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

        A model that chooses and words may leave out what the contact has told of, if only that there was none of it: it
        can tell whether the question is answered.
        """
        if not self.brief.is_free:
            return self.unasked
        return [topic for topic in self.unasked if topic.key == CLOSING or not self._is_told_of(topic)]

    @cached_property
    def language(self) -> str:
        """Of the contact's answers."""
        return language_of(" ".join(answer.text for answer in self.answers), self.brief.guide.language)

    def stated_in(self, answer: Utterance, message: Utterance) -> tuple[Statement, ...]:
        if message.move in AGAIN and Intent.GOES_ON in answer.reading.intents:
            return ()  # What stands beside it is a remark on a wish to stop.
        return statements(answer.text, self.language, message.text, self.brief.vendor)

    def emphasizes(self, topic: Topic) -> bool:
        return topic.key in self.brief.steering.emphasize

    def avoids(self, topic: Topic) -> bool:
        return topic.key in self.brief.steering.avoid

    def follow_ups_to(self, topic: Topic) -> list[Utterance]:
        return [turn for turn in self.asked if turn.topic == topic.key and turn.move == Move.FOLLOW_UP]

    def earlier(self, intent: Intent) -> int:
        return sum(intent in answer.reading.intents for answer in self.answers[:-1])

    def unsaid(self, name: str) -> Iterator[Phrase]:
        """One wording, or none once every wording was said."""
        wordings = enumerate(phrases(self.brief.guide.language)[name])
        unsaid = (number for number, text in wordings if not any(text in turn.authored_text for turn in self.said))
        yield from (Phrase(name, number) for number in islice(unsaid, 1))

    def mentions(self, topic: Topic) -> tuple[str, ...]:
        """Empty if the topic was only touched on."""
        found: list[str] = []
        for answer in self.answers:
            if answer.reading.is_pasted or not topic.phrases_in(answer.text):
                continue
            hits = [(each, phrases) for each in _findings(answer) if (phrases := topic.phrases_in(each.text))]
            phrases = distinct(phrase for _, hit in hits for phrase in hit)
            enough = 1 if self._is_summary(answer) else PHRASES_OF_A_MENTION
            if len(phrases) >= enough or any(
                self._denies_only(topic, each)
                or judges(each.text, hit, self.brief.guide.language)
                or tells_what_tipped(topic, each.text, self.brief.guide.language)
                for each, hit in hits
            ):
                found += [each.text for each, _ in hits]
        return tuple(found)

    def _denies_only(self, topic: Topic, sentence: Sentence) -> bool:
        others = (other for other in self.brief.guide.topics if other != topic)
        return Intent.DENIES in sentence.intents and not any(other.phrases_in(sentence.text) for other in others)

    def has_touched(self, topic: Topic) -> bool:
        return bool(self.follow_ups_to(topic) or self.mentions(topic))

    def _is_told_of(self, topic: Topic) -> bool:
        return bool(self.mentions(topic)) or self.absence_of(topic) is not None

    def _is_summary(self, answer: Utterance) -> bool:
        topics = self.brief.guide.topics
        return sum(bool(topic.phrases_in(answer.text)) for topic in topics) >= TOPICS_OF_A_SUMMARY

    def _is_left_out(self, topic: Topic) -> bool:
        if topic.key in self.told and (not topic.core or self._is_touched(topic)):
            return True
        if any(self.repeats) and self.mentions(topic):
            return True
        if self.follow_ups_to(topic) and asks_for(topic, FollowUpKind.CHANGE) and self.mentions(topic):
            return True
        is_denied = self._is_denied(topic) or self.absence_of(topic) is not None
        return not topic.core and (self.avoids(topic) or (is_denied and not self.emphasizes(topic)))

    def _is_touched(self, topic: Topic) -> bool:
        return any(topic.phrases_in("\n".join(answer.reading.findings)) for answer in self.answers)

    def _is_denied(self, topic: Topic) -> bool:
        return any(
            Intent.DENIES in sentence.intents and topic.phrases_in(sentence.text)
            for answer in self.answers
            if topic.phrases_in(answer.text)
            for sentence in _findings(answer)
        )


def _findings(answer: Utterance) -> Iterator[Sentence]:
    return (sentence for sentence in answer.reading.sentences if sentence.is_finding)
