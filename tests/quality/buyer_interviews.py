"""Interviews with scripted buyers, by Paige and by a form: what each brings out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from interviews.lifecycle import Move, Speaker
from interviews.paige.dialogue import Utterance
from interviews.paige.turn.compose import Message
from tests.interviews.paige.interviews import conduct, paige
from tests.quality.buyers import Buyer, Fact
from tests.quality.facts import Answer, answer, question_in
from tests.quality.interviews import opening


@dataclass(frozen=True)
class BuyerInterview:
    buyer: Buyer
    messages: Sequence[Utterance]
    answers: Sequence[Answer]

    @property
    def facts(self) -> list[Fact]:
        return [fact for each in self.answers for fact in each.facts]

    @property
    def follow_ups(self) -> list[Answer]:
        """The answers to them."""
        pairs = zip(self.messages, self.answers, strict=True)
        return [given for message, given in pairs if message.move == Move.FOLLOW_UP]

    def lines(self) -> Iterator[str]:
        """The dialogue, with the ids of the facts that each answer tells."""
        for message, given in zip(self.messages, self.answers, strict=True):
            yield f"[{message.topic} {message.move}] {message.text}"
            yield f"    {' '.join(fact.id for fact in given.facts) or '-'}: {given.text}"
        yield f"not told: {' '.join(fact.id for fact in self.buyer.facts if fact not in self.facts)}"


def by_paige(buyer: Buyer) -> BuyerInterview:
    brief, answers = opening(buyer), list[Answer]()

    def reply(message: Message) -> str:
        answers.append(answer(buyer, answers, question_in(message.utterance, brief.guide)))
        return answers[-1].text

    return BuyerInterview(buyer, paige(conduct(brief, reply)), answers)


def by_form(buyer: Buyer) -> BuyerInterview:
    """The guide's questions one after the other."""
    guide, answers = opening(buyer).guide, list[Answer]()
    messages = [Utterance(Speaker.PAIGE, topic.question, topic.key) for topic in guide.every_topic]
    for message in messages:
        answers.append(answer(buyer, answers, question_in(message, guide)))
    return BuyerInterview(buyer, messages, answers)
