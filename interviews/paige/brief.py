from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

from interviews.lifecycle import Move, Speaker
from interviews.models import InterviewRequest
from interviews.models import Turn as TurnRow
from interviews.paige.dialogue import Utterance, answered
from interviews.paige.guide import Guide
from interviews.paige.steering import Picks, Steering, steer


@dataclass(frozen=True)
class Brief:
    """All data that the next message may depend on. The last utterance of the conversation is the contact's."""

    vendor: str
    contact_name: str
    # Not in repr(): logs must not contain personal data.
    contact_notes: str = field(repr=False)
    objective: str = field(repr=False)
    guide: Guide
    contact_address: str = ""
    picks: Picks | None = None
    conversation: tuple[Utterance, ...] = field(default=(), repr=False)

    @cached_property
    def steering(self) -> Steering:
        return steer(self.guide, self.objective, self.contact_notes, self.picks)

    def after(self, conversation: Iterable[Utterance]) -> Self:
        return replace(self, conversation=tuple(conversation))


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
        contact_address=" ".join(interview_request.org.contact_address.split()),
    )


def brief_for(interview_request: InterviewRequest) -> Brief:
    """While a question waits, the brief that it was chosen from."""
    conversation = getattr(interview_request, "conversation", None)
    opening = opening_brief(interview_request, conversation.guide if conversation else None)
    return opening.after(answered(recorded(interview_request.turns.all())))


def recorded(rows: Iterable[TurnRow]) -> list[Utterance]:
    return [Utterance(Speaker(row.speaker), row.text, row.topic, Move(row.move), row.follow_up) for row in rows]
