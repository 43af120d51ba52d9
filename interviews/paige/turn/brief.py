from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

from interviews.lifecycle import Move, Speaker, Wording
from interviews.models import InterviewRequest, InterviewType
from interviews.models import Turn as TurnRow
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.guide.guide import Guide, Topic
from interviews.paige.guide.stored_guides import guides_of
from interviews.paige.objective.corrected_subjects import CorrectedSubjects, subjects_in
from interviews.paige.objective.picks import known_picks
from interviews.paige.objective.steering import Picks, Steering, steer
from interviews.paige.objective.subject_topics import subjects_by_topic
from interviews.paige.objective.subjects import subjects
from interviews.paige.servers import choosing_server, wording_server


@dataclass(frozen=True)
class Brief:
    """The last utterance of the conversation is the contact's. `guides_before`: of other languages, since the contact
    switched. No model chooses or words in a test room.
    """

    vendor: str
    contact_name: str
    # Not in repr(): logs must not contain personal data.
    contact_notes: str = field(repr=False)
    objective: str = field(repr=False)
    guide: Guide
    contact_address: str = ""
    picks: Picks | None = None
    corrected: CorrectedSubjects | None = field(default=None, repr=False)
    names_subjects: bool = False
    may_be_worded: bool = False
    is_chosen_by_model: bool = True
    conversation: tuple[Utterance, ...] = field(default=(), repr=False)
    guides_before: tuple[Guide, ...] = ()

    @property
    def is_free(self) -> bool:
        """A model that chooses and words can tell what is answered, and which follow-up fits."""
        return self.may_be_worded and self.is_chosen_by_model

    @property
    def guides(self) -> tuple[Guide, ...]:
        return (self.guide, *self.guides_before)

    @cached_property
    def steering(self) -> Steering:
        return steer(self.guide, self.objective, self.contact_notes, self.picks, vendor=self.vendor)

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        if self.corrected is not None:
            return self.corrected.every
        return subjects(self.objective, self.guide, (self.vendor, self.contact_name))

    def subjects_of(self, topic: Topic) -> Sequence[str]:
        return subjects_by_topic(self.subjects, self.guide, self.steering.emphasize).get(topic.key, ())

    @property
    def nameable(self) -> tuple[str, ...]:
        if self.names_subjects:
            return self.subjects
        return self.corrected.nameable if self.corrected else ()

    @property
    def emphasized(self) -> list[Topic]:
        return [self.guide.topic(key) for key in self.steering.emphasize]

    @property
    def avoided(self) -> list[Topic]:
        return [self.guide.topic(key) for key in self.steering.avoid]

    def after(self, conversation: Iterable[Utterance]) -> Self:
        return replace(self, conversation=tuple(conversation))


def vendor_of(org_name: str) -> str:
    """A line break would start a new line in the prompt."""
    return " ".join(org_name.split())


def opening_brief(interview_request: InterviewRequest, guide: Guide | None = None) -> Brief:
    """`guide` replaces the interview's own. Raises GuideError."""
    vendor = vendor_of(interview_request.org.name)
    first, *before = (guide,) if guide else guides_of(interview_request)
    own, is_real = first.for_vendor(vendor), not interview_request.org.is_test_room
    return Brief(
        vendor=vendor,
        contact_name=interview_request.contact.name,
        contact_notes=interview_request.contact.notes,
        objective=interview_request.objective,
        guide=own,
        guides_before=tuple(before),
        picks=known_picks(interview_request.picks, own),
        corrected=subjects_in(interview_request.subjects),
        names_subjects=interview_request.org.names_subjects,
        may_be_worded=is_real and _is_worded(interview_request.interview_type),
        is_chosen_by_model=is_real and choosing_server() is not None,
        contact_address=" ".join(interview_request.org.contact_address.split()),
    )


def _is_worded(interview_type: InterviewType) -> bool:
    return interview_type.wording == Wording.MODEL and wording_server() is not None


def utterances_of(rows: Iterable[TurnRow]) -> list[Utterance]:
    return [
        Utterance(Speaker(row.speaker), row.text, row.topic, Move(row.move), row.follow_up, row.authored)
        for row in rows
    ]
