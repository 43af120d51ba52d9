"""Tries a guide with the functions of a real interview. Nothing is stored.

The trial travels in a signed field of the page's form.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, Self

from django.core import signing

from contacts.models import Contact
from interviews.lifecycle import Move, Speaker
from interviews.models import InterviewRequest, InterviewType
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.guide.guide import Guide
from interviews.paige.model.prompt import Segment, left_out_of_notes, messages_for, segments
from interviews.paige.turn.brief import Brief, opening_brief
from interviews.paige.turn.compose import Message, next_message
from interviews.paige.turn.dialogue_state import DialogueState
from interviews.paige.turn.moves import moves
from interviews.paige.turn.rules_engine import RulesEngine
from staff.interviews.displayed_turns import SKIPPED, SpokenTurn, speakers
from staff.interviews.steering import ShownSteering

SALT = "staff.guides.trial"

WHY = {
    Move.QUESTION: "It is the first topic that is left to ask.",
    Move.FOLLOW_UP: "The last answer leaves something to ask. Kind of the follow-up: {kind}.",
    Move.COVERED: "An earlier answer was about this topic, so Paige only asks what to add.",
    Move.REPEAT: "The answer asked or wished for something, so Paige puts the open question again.",
    Move.REPHRASE: "The answer asked what the question means or is for, so Paige puts it in other words.",
    Move.CLOSING: "No other topic is left to ask.",
}


@dataclass(frozen=True)
class Trial:
    """`is_saved`: False for the text of a form. `conversation`: the questions that were answered or skipped."""

    guide: Mapping[str, Any]
    is_saved: bool = True
    contact_name: str = field(default="", repr=False)
    objective: str = field(default="", repr=False)
    notes: str = field(default="", repr=False)
    conversation: tuple[Utterance, ...] = field(default=(), repr=False)

    @classmethod
    def read(cls, text: str, interview_type: InterviewType) -> Self | None:
        """None if the text was not signed for this interview type."""
        try:
            fields = signing.loads(text, salt=_salt(interview_type))
        except signing.BadSignature:
            return None
        said = tuple(
            Utterance(**{**turn, "speaker": Speaker(turn["speaker"]), "move": Move(turn["move"])})
            for turn in fields.pop("conversation")
        )
        return cls(**fields, conversation=said)

    def signed(self, interview_type: InterviewType) -> str:
        return signing.dumps(asdict(self), salt=_salt(interview_type), compress=True)

    @property
    def settings(self) -> dict[str, Any]:
        texts = {name: getattr(self, name) for name in ("contact_name", "objective", "notes")}
        return {**texts, "version": self.guide["version"]}

    def brief(self, interview_type: InterviewType) -> Brief:
        """Raises GuideError."""
        contact = Contact(org=interview_type.org, name=self.contact_name, notes=self.notes)
        invited = InterviewRequest(
            org=interview_type.org, contact=contact, interview_type=interview_type, objective=self.objective
        )
        return opening_brief(invited, Guide.from_data(self.guide)).after(self.conversation)

    def after(self, question: Utterance, answer: str) -> Self:
        said = Utterance(Speaker.CONTACT, answer, question.topic, Move.ANSWER if answer else Move.SKIP)
        return replace(self, conversation=(*self.conversation, question, said))


@dataclass(frozen=True)
class ShownTrial:
    trial: Trial
    brief: Brief

    @cached_property
    def message(self) -> Message | None:
        """None if nothing is left to ask."""
        return next_message(self.brief, RulesEngine())

    @property
    def title(self) -> str:
        return self.message.choice.move.topic.title if self.message else ""

    @property
    def why(self) -> list[str]:
        if self.message is None:
            return []
        move, steering = self.message.choice.move, self.brief.steering
        reasons = [WHY[move.move].format(kind=move.asked.kind if move.asked else "")]
        if move.topic.key in steering.emphasize:
            reasons.append("The topic is emphasized: it is asked before others, with up to two follow-ups.")
        if move.topic.key in steering.avoid:
            reasons.append("The topic is avoided, but it is a core topic: it is asked once, without follow-ups.")
        return reasons

    @property
    def number(self) -> int:
        """Does not count questions that were put again."""
        return len(DialogueState(self.brief).asked) + 1

    @property
    def steering(self) -> ShownSteering:
        return ShownSteering(self.brief)

    @property
    def turns(self) -> list[SpokenTurn]:
        names = speakers(self.trial.contact_name)
        said = [*self.brief.conversation, *([self.message.utterance] if self.message else [])]
        return [SpokenTurn(names[turn.speaker], turn.text, html=turn.text or SKIPPED) for turn in said]

    @property
    def prompt(self) -> list[tuple[str, list[Segment]]]:
        offered = moves(self.brief)
        return [(each.role, segments(each)) for each in messages_for(self.brief, offered)] if offered else []

    @property
    def left_out(self) -> int:
        return left_out_of_notes(self.trial.notes)


def _salt(interview_type: InterviewType) -> str:
    return f"{SALT}.{interview_type.pk}"
