from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

from interviews.lifecycle import Move, Speaker, Wording
from interviews.models import InterviewRequest
from interviews.models import Turn as TurnRow
from interviews.paige.chat import choosing_server, wording_server
from interviews.paige.dialogue import Utterance
from interviews.paige.guide.guide import Guide, Topic, guide_of_version, parsed
from interviews.paige.language import Phrase, reply_and_question, wording
from interviews.paige.objective import (
    CorrectedSubjects,
    Picks,
    Steering,
    known_picks,
    mentions_subject,
    steering_of,
    subjects_in,
    subjects_named,
)
from interviews.paige.reading.answer import read_answer
from interviews.paige.reading.objective import MAX_READ_CHARACTERS, objective_parts, read_notes, read_objective
from interviews.paige.reading.readings import AnswerReading, ObjectiveReading, names_of
from interviews.paige.reading.stored import answer_in, text_in


@dataclass(frozen=True)
class Brief:
    """Everything that the next message may depend on. The last utterance of the conversation is the contact's.

    `guides_before`: of other languages, since the contact switched. `said`, `noted`: the stored readings of objective
    and notes, or None if they are not read yet. No model chooses or words in a test room. `is_won`: the deal.
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
    competitors: tuple[str, ...] = ()
    is_won: bool = False
    said: ObjectiveReading | None = field(default=None, repr=False)
    noted: ObjectiveReading | None = field(default=None, repr=False)

    @property
    def is_free(self) -> bool:
        """Whether a model both chooses and words: it can tell what is answered, and which follow-up fits."""
        return self.may_be_worded and self.is_chosen_by_model

    @property
    def guides(self) -> tuple[Guide, ...]:
        return (self.guide, *self.guides_before)

    @property
    def is_steering_read(self) -> bool:
        return self.said is not None and self.noted is not None

    @cached_property
    def objective_reading(self) -> ObjectiveReading:
        if self.said is not None or not self.objective.strip():
            return self.said or ObjectiveReading()
        text = self.objective, self.guide, self.vendor
        return replace(read_objective(*text), parts=objective_parts(*text))

    @cached_property
    def notes_reading(self) -> ObjectiveReading:
        if self.noted is not None or not self.contact_notes.strip():
            return self.noted or ObjectiveReading()
        return read_notes(self.contact_notes, self.guide, self.vendor)

    @property
    def as_stored(self) -> Self:
        """For pages, which read no text: what is not read yet counts as empty."""
        said, noted = self.said or ObjectiveReading(), self.noted or ObjectiveReading()
        conversation = (replace(turn, reading=turn.reading or AnswerReading()) for turn in self.conversation)
        return replace(self, said=said, noted=noted, conversation=tuple(conversation))

    @cached_property
    def steering(self) -> Steering:
        return steering_of(self.guide, self.objective_reading, self.notes_reading, self.picks)

    @cached_property
    def _read_subjects(self) -> Mapping[str, str]:
        return subjects_named(self.objective_reading, self.vendor, self.contact_name)

    @property
    def subjects(self) -> tuple[str, ...]:
        return tuple(self._read_subjects) if self.corrected is None else self.corrected.every

    def subjects_of(self, topic: Topic) -> Sequence[str]:
        """A subject whose topic is not emphasized belongs to the first emphasized topic."""
        emphasized = self.steering.emphasize
        own = {each: self._read_subjects.get(each, "") for each in self.subjects}
        if emphasized:
            own = {each: key if key in emphasized else emphasized[0] for each, key in own.items()}
        return [each for each, key in own.items() if key == topic.key]

    @property
    def allowed_names(self) -> tuple[str, ...]:
        if self.names_subjects:
            return self.subjects
        return self.corrected.nameable if self.corrected else ()

    @cached_property
    def nameable(self) -> tuple[str, ...]:
        """Without subjects that the notes mention, such as in "Do not mention the incident"."""
        notes = self.contact_notes[:MAX_READ_CHARACTERS]
        return tuple(each for each in self.allowed_names if not mentions_subject(notes, [each]))

    def naming_question(self, subject: str) -> str:
        """Raises ValueError if the subject may not be named."""
        if subject not in self.nameable:
            raise ValueError("The subject may not be named.")
        return _naming(self.guide.language, subject)

    def is_named(self, subject: str, message: Utterance) -> bool:
        """Whether a message of Paige asks about the subject by name."""
        return any(message.authored_text.endswith(_naming(guide.language, subject)) for guide in self.guides)

    def subject_in(self, message: Utterance) -> str:
        """The subject about which a message of Paige asks by name, or ""."""
        return next((each for each in self.nameable if self.is_named(each, message)), "")

    @property
    def emphasized(self) -> list[Topic]:
        return [self.guide.topic(key) for key in self.steering.emphasize]

    @property
    def avoided(self) -> list[Topic]:
        return [self.guide.topic(key) for key in self.steering.avoid]

    @cached_property
    def heard(self) -> tuple[Utterance, ...]:
        """The conversation, with the reading of each answer."""
        found, question = [], ""
        for turn in self.conversation:
            if turn.speaker is Speaker.PAIGE:
                question = turn.authored_text
            elif turn.reading is None:
                turn = replace(turn, reading=reading_of(turn.text, question, self.guide, self.vendor, self.competitors))
            found.append(turn)
        return tuple(found)

    def after(self, conversation: Iterable[Utterance]) -> Self:
        return replace(self, conversation=tuple(conversation))


def _naming(language: str, subject: str) -> str:
    return wording(Phrase("named"), language).replace("{subject}", subject)


def reading_of(answer: str, message: str, guide: Guide, vendor: str, competitors: Sequence[str] = ()) -> AnswerReading:
    """`message`: the one that is answered. `guide`: with the name of the vendor."""
    question = reply_and_question(message)[1]
    return read_answer(answer, question, guide, names_of(vendor, competitors)) if answer else AnswerReading()


def vendor_of(org_name: str) -> str:
    """A line break would start a new line in the prompt."""
    return " ".join(org_name.split())


def opening_brief(interview_request: InterviewRequest, guide: Guide | None = None) -> Brief:
    """`guide` replaces the interview's own. Raises GuideError."""
    vendor = vendor_of(interview_request.org.name)
    first, *before = (guide,) if guide else guides_of(interview_request)
    own, is_real = first.for_vendor(vendor), not interview_request.org.is_test_room
    is_worded = interview_request.interview_type.wording == Wording.MODEL
    said, noted = (None, None) if guide else _stored_readings(interview_request)
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
        may_be_worded=is_real and is_worded and wording_server() is not None,
        is_chosen_by_model=is_real and choosing_server() is not None,
        contact_address=" ".join(interview_request.org.contact_address.split()),
        said=said,
        noted=noted,
    )


def guides_of(interview_request: InterviewRequest) -> tuple[Guide, ...]:
    """The first is the guide of the current language, a second one that of the language before the contact switched.

    Raises GuideError.
    """
    own, conversation = guide_of(interview_request), getattr(interview_request, "conversation", None)
    if conversation is None or not conversation.language:
        return (own,)
    other = parsed(conversation.translation)[1]
    return (other, own) if conversation.language == other.language else (own, other)


def guide_of(interview_request: InterviewRequest) -> Guide:
    """In the language of the interview type. Raises GuideError."""
    version = interview_request.guide_version
    return guide_of_version(interview_request.interview_type_id, version, lambda: interview_request.guide)


def _stored_readings(interview_request: InterviewRequest) -> tuple[ObjectiveReading | None, ObjectiveReading | None]:
    guide = interview_request.interview_type_id, interview_request.guide_version
    said = text_in("objective", interview_request.reading, interview_request.objective, *guide)
    noted = text_in("notes", interview_request.reading, interview_request.contact.notes, *guide)
    return said.reading if said else None, noted.reading if noted else None


def utterances_of(rows: Iterable[TurnRow]) -> list[Utterance]:
    return [
        Utterance(
            Speaker(row.speaker),
            row.text,
            row.topic,
            Move(row.move),
            row.follow_up,
            row.authored,
            answer_in(row.reading, row.text),
        )
        for row in rows
    ]
