"""What Paige knows when she writes her next message: the one place where rows become that knowledge."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Self

from interviews.lifecycle import Move, Speaker
from interviews.models import InterviewRequest
from interviews.models import Turn as TurnRow
from interviews.paige.agenda import next_position
from interviews.paige.dialogue import Position, Utterance, answered
from interviews.paige.guide import CLOSING, Guide, Probe, Topic


@dataclass(frozen=True)
class Brief:
    """Everything that a message of Paige's may depend on. The guide already bears the vendor's name."""

    vendor: str
    contact_name: str
    # Kept out of repr(), and so out of logs and crash reports: the customer's words about a person.
    contact_notes: str = field(repr=False)
    objective: str = field(repr=False)
    guide: Guide
    position: Position = field(default_factory=Position)
    conversation: tuple[Utterance, ...] = field(default=(), repr=False)

    @property
    def topic(self) -> Topic:
        """The topic of the next message."""
        key = self.position.topic
        return self.guide.topics[0] if key is None else self.guide.topic(key)

    @property
    def probe(self) -> Probe | None:
        """The follow-up that is due; None while the topic's own question has not been asked.

        IndexError if all of the topic's follow-ups are used up: the interview should have moved on.
        """
        if not self.has_asked(self.topic):
            return None
        return self.topic.probes[self.position.probes_used]

    @property
    def question(self) -> str:
        """The guide's own wording for the next message."""
        return self.probe.text if self.probe else self.topic.question

    @property
    def move(self) -> Move:
        """What the next message does."""
        if self.topic.key == CLOSING:
            return Move.CLOSING
        return Move.PROBE if self.probe else Move.QUESTION

    @property
    def last_answer(self) -> str:
        """What the contact said last; empty before the first question and where they skipped it."""
        return self.conversation[-1].text if self.conversation else ""

    def has_asked(self, topic: Topic) -> bool:
        """Whether Paige has spoken on that topic."""
        return any(turn.speaker is Speaker.PAIGE and turn.topic == topic.key for turn in self.conversation)

    def after(self, conversation: Iterable[Utterance]) -> Self | None:
        """The brief for the message that follows this conversation; None when nothing is left to ask."""
        said = tuple(conversation)
        position = next_position(self.guide, self.objective, said)
        return None if position is None else replace(self, position=position, conversation=said)


def opening_brief(interview_request: InterviewRequest, guide: object = None) -> Brief:
    """The brief for the first message of an interview, by the given guide's data or by the interview type's.

    Reads the request's org, contact and interview type: select them with the request. GuideError if the guide is not
    usable.
    """
    # A line break in an org's name would let it stand in the prompt as a line of its own.
    vendor = " ".join(interview_request.org.name.split())
    data = interview_request.interview_type.guide if guide is None else guide
    return Brief(
        vendor=vendor,
        contact_name=interview_request.contact.name,
        contact_notes=interview_request.contact.notes,
        objective=interview_request.objective,
        guide=Guide.from_data(data).for_vendor(vendor),
    )


def brief_for(interview_request: InterviewRequest) -> Brief | None:
    """The brief for the next message of the running interview, or of one that has not begun.

    None when nothing is left to ask. A question that waits for its answer is not asked again: what would follow is
    seen once it is answered, so it is left out here. Reads the conversation too: select it with the request.
    """
    conversation = getattr(interview_request, "conversation", None)
    opening = opening_brief(interview_request, conversation.guide if conversation else None)
    return opening.after(answered(recorded(interview_request.turns.all())))


def recorded(rows: Iterable[TurnRow]) -> list[Utterance]:
    """Rows of a conversation, in their order, as Paige sees them."""
    return [Utterance(Speaker(row.speaker), row.text, row.topic) for row in rows]
