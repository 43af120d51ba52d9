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
    """All data that a message may depend on."""

    vendor: str
    contact_name: str
    # Not in repr(): logs must not contain personal data.
    contact_notes: str = field(repr=False)
    objective: str = field(repr=False)
    guide: Guide
    position: Position = field(default_factory=Position)
    conversation: tuple[Utterance, ...] = field(default=(), repr=False)

    @property
    def topic(self) -> Topic:
        key = self.position.topic
        return self.guide.topics[0] if key is None else self.guide.topic(key)

    @property
    def probe(self) -> Probe | None:
        """None if the topic's question was not asked yet. Raises IndexError if no follow-up is left."""
        if not self.has_asked(self.topic):
            return None
        return self.topic.probes[self.position.probes_used]

    @property
    def question(self) -> str:
        return self.probe.text if self.probe else self.topic.question

    @property
    def move(self) -> Move:
        if self.topic.key == CLOSING:
            return Move.CLOSING
        return Move.PROBE if self.probe else Move.QUESTION

    @property
    def last_answer(self) -> str:
        """Empty before the first answer and after a skip."""
        return self.conversation[-1].text if self.conversation else ""

    def has_asked(self, topic: Topic) -> bool:
        return any(turn.speaker is Speaker.PAIGE and turn.topic == topic.key for turn in self.conversation)

    def after(self, conversation: Iterable[Utterance]) -> Self | None:
        """None if nothing is left to ask."""
        utterances = tuple(conversation)
        position = next_position(self.guide, self.objective, utterances)
        return None if position is None else replace(self, position=position, conversation=utterances)


def opening_brief(interview_request: InterviewRequest, guide: object = None) -> Brief:
    """`guide` replaces the interview type's. Raises GuideError."""
    # A line break would start a new line in the prompt.
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
    """None if nothing is left to ask. A waiting question is asked again."""
    conversation = getattr(interview_request, "conversation", None)
    opening = opening_brief(interview_request, conversation.guide if conversation else None)
    return opening.after(answered(recorded(interview_request.turns.all())))


def recorded(rows: Iterable[TurnRow]) -> list[Utterance]:
    return [Utterance(Speaker(row.speaker), row.text, row.topic) for row in rows]
