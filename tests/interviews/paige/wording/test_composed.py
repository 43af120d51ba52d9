"""What a message consists of if a model words it: the words replace lead-ins, and never what answers the contact."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from interviews.lifecycle import Engine, Move
from interviews.paige.chat import Asked
from interviews.paige.language import Phrase
from interviews.paige.reading.readings import Act
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.compose import Choice, Message, lead_ins, next_message, task_of
from interviews.paige.turn.moves import NextMove
from interviews.paige.wording.request import PublicBrief, Task, wording_messages
from tests.interviews.paige.interviews import after, buyer_brief, reply
from tests.interviews.paige.readings import (
    ARE_YOU_A_BOT,
    EVENT,
    HOW_LONG,
    JUDGEMENT,
    Answer,
    spoken,
    states,
)

ANSWER = states("Nobody trusted the weekly numbers any more.", JUDGEMENT)
BOUGHT = spoken(states("They bought a tool.", EVENT))


@dataclass
class Chooses:
    fits: Callable[[NextMove], bool]

    def choose(self, brief: Brief, moves: Sequence[NextMove]) -> Choice:
        return Choice(next(move for move in moves if self.fits(move)), Engine.MODEL)


@dataclass
class Words:
    text: str | None
    asked: list[PublicBrief] = field(default_factory=list)

    def word(self, public: PublicBrief, *, spent_ms: int) -> Asked[str]:
        self.asked.append(public)
        return Asked(self.text, ["chosen" if self.text else "timeout"])


def worded(brief: Brief, move: Move, writer: Words) -> Message:
    message = next_message(replace(brief, may_be_worded=True), Chooses(lambda each: each.move == move), writer)
    assert message
    return message


def after_a_follow_up(answer: Answer) -> Brief:
    brief = after(buyer_brief(), spoken(ANSWER))
    follow_up = next_message(brief, Chooses(lambda each: each.move == Move.FOLLOW_UP))
    assert follow_up
    said = reply(follow_up, answer)
    return brief.after([*brief.conversation, follow_up.utterance, said])


def test_the_words_replace_the_question_of_a_topic_and_its_announcement() -> None:
    writer = Words("With the new tool bought, how did you and your colleagues go about the decision?")
    message = worded(after_a_follow_up(BOUGHT), Move.QUESTION, writer)
    [public] = writer.asked
    topic = message.choice.move.topic
    assert (public.task, public.authored, public.statement) == (Task.TOPIC, topic.question, "")
    assert message.text == writer.text
    assert message.authored == f"{topic.bridge} {topic.question}"


def test_the_question_stays_if_the_model_finds_nothing_that_leads_to_it() -> None:
    message = worded(after_a_follow_up(BOUGHT), Move.QUESTION, Words("-"))
    topic = message.choice.move.topic
    assert (message.text, message.authored) == (f"{topic.bridge} {topic.question}", "")


def test_a_sentence_about_a_feeling_stays_before_another_topic() -> None:
    writer = Words("What mattered most to you in a solution?")
    topic = buyer_brief().guide.topics[1]
    move = NextMove(Move.QUESTION, topic, openers=(Phrase("feeling"), Phrase("bridge")))
    assert (task_of(move), lead_ins(move)) == (Task.TOPIC, (Phrase("bridge"),))
    message = worded(after(buyer_brief(), spoken(ANSWER, *ARE_YOU_A_BOT.reading.clauses)), Move.QUESTION, writer)
    assert message.text == f"I am an AI interviewer, not a person. {writer.text}"


def test_the_first_and_the_closing_question_are_never_worded() -> None:
    writer = Words("Never asked.")
    assert worded(buyer_brief(), Move.QUESTION, writer).authored == ""
    assert task_of(NextMove(Move.CLOSING, buyer_brief().guide.closing)) is None
    assert writer.asked == []


def test_what_answers_the_contact_stays_as_authored() -> None:
    writer = Words("What came of the numbers?")
    brief = after(buyer_brief(), spoken(ANSWER, *ARE_YOU_A_BOT.reading.clauses))
    message = worded(brief, Move.FOLLOW_UP, writer)
    assert message.text == "I am an AI interviewer, not a person. What came of the numbers?"
    assert "AI interviewer" not in writer.asked[0].authored


def test_after_anger_the_model_is_told_to_take_it_seriously() -> None:
    writer = Words(None)
    lied = states("Your account manager lied to us, and I was furious.", EVENT, act=Act.COMPLAINS)
    brief = after(buyer_brief(), spoken(lied))
    message = worded(brief, Move.FOLLOW_UP, writer)
    [public] = writer.asked
    assert public.shows_feeling
    assert "takes it seriously" in wording_messages(public)[-1].content
    assert message.text.startswith("That was no small thing. ")
    assert message.text == public.authored


@pytest.mark.parametrize("text", ["What came of the numbers?", None])
def test_a_repeated_follow_up_has_its_authored_words(text: str | None) -> None:
    brief = after(buyer_brief(), spoken(ANSWER))
    message = worded(brief, Move.FOLLOW_UP, Words(text))
    said = [*brief.conversation, message.utterance, reply(message, HOW_LONG)]
    again = worded(brief.after(said), Move.REPEAT, Words("Never asked."))
    assert again.text.endswith(message.authored or message.text)
