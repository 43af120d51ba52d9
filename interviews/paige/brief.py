"""What Paige knows when she writes her next message: the one place where rows become that knowledge."""

from dataclasses import dataclass, field
from enum import StrEnum

from interviews.models import InterviewRequest
from interviews.paige.guide import Guide, Probe, Topic


class Speaker(StrEnum):
    """Who said a turn."""

    PAIGE = "paige"
    CONTACT = "contact"


@dataclass(frozen=True)
class Turn:
    """One message of the conversation. A contact's turn without text is a question they skipped."""

    speaker: Speaker
    text: str
    topic: str


@dataclass(frozen=True)
class Position:
    """Where in the guide the next message stands.

    `topic` is the key of the topic it is about, None before the interview starts; `probes_used` counts the
    follow-ups already put on that topic; `turn` numbers Paige's messages from 1.
    """

    topic: str | None = None
    probes_used: int = 0
    turn: int = 1


@dataclass(frozen=True)
class Brief:
    """Everything that a message of Paige's may depend on. The guide already bears the vendor's name."""

    vendor: str
    contact_name: str
    # Kept out of repr(), and so out of logs and crash reports: the customer's words about a person.
    contact_notes: str = field(repr=False)
    objective: str = field(repr=False)
    guide: Guide
    position: Position = Position()
    conversation: tuple[Turn, ...] = field(default=(), repr=False)

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

    def has_asked(self, topic: Topic) -> bool:
        """Whether Paige has spoken on that topic."""
        return any(turn.speaker is Speaker.PAIGE and turn.topic == topic.key for turn in self.conversation)


def brief_for(interview_request: InterviewRequest) -> Brief:
    """The brief for an interview that has not started.

    Reads the request's org, contact and interview type: select them with the request. GuideError if the
    interview type's guide is not usable.
    """
    # A line break in an org's name would let it stand in the prompt as a line of its own.
    vendor = " ".join(interview_request.org.name.split())
    return Brief(
        vendor=vendor,
        contact_name=interview_request.contact.name,
        contact_notes=interview_request.contact.notes,
        objective=interview_request.objective,
        guide=Guide.from_data(interview_request.interview_type.guide).for_vendor(vendor),
    )
