"""SQL for the views. The ORM would take most of the time of a request. Each statement also verifies the API key."""

import json
from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, Any, NamedTuple, Self

from contacts.models import Contact
from hindsight.api.json_bodies import body_of
from hindsight.db.statements import Time, fetch_row, select_list
from hindsight.text.timestamps import shown_time
from hindsight.text.visible import visible
from interviews.api import bodies
from interviews.lifecycle import Stage, progress_of
from interviews.models import InterviewRequest, Transcript, Versions, digest_of_reading, survey_url_of
from interviews.paige.guide.guide import Guide, GuideError, guide_of_version
from interviews.paige.objective import known_picks, steering_of, subjects_in, subjects_named
from interviews.paige.reading.readings import ObjectiveReading
from interviews.paige.reading.stored import TextReading, text_in
from interviews.paige.summary import shown_findings
from interviews.paige.turn.brief import vendor_of
from orgs.authentication import KEY_IS_VALID, key_parameters

Body = dict[str, Any]
Json = str | list[Any] | dict[str, Any]


# A change of the contact is one of all its interview requests (decision 22).
CONTACT_HAS_CHANGED = "contact.version > 1"
LAST_CHANGE = f"""CASE WHEN {CONTACT_HAS_CHANGED} AND contact.updated_at > request.updated_at
    THEN contact.updated_at ELSE request.updated_at END"""


class SummaryColumns(NamedTuple):
    id: int
    contact_id: int
    deal_id: str
    survey_token: str | None
    status: str
    objective: str
    flags: str
    email_sent_at: Time
    cancelled_at: Time
    created_at: Time
    completed_at: Time
    updated_at: Annotated[Time, LAST_CHANGE]
    email: Annotated[str, "contact."]
    name: Annotated[str, "contact."]
    external_id: Annotated[str, "contact."]
    subjects: str
    reading: str
    progress: str
    started_at: Annotated[Time, "conversation.consented_at"]
    last_activity_at: Annotated[Time, "conversation."]
    interview_type_id: int
    guide_version: Annotated[int, "coalesce(conversation.guide_version, type.guide_version)"]
    version: int
    contact_version: Annotated[int, "contact.version"]
    org_name: Annotated[str, "org.name"]
    survey_base_url: Annotated[str, "org."]


SUMMARY = select_list(SummaryColumns, "request")

JOINS = """
JOIN contacts_contact AS contact ON contact.id = request.contact_id
JOIN interviews_interviewtype AS type ON type.id = request.interview_type_id
JOIN orgs_org AS org ON org.id = request.org_id
LEFT JOIN interviews_conversation AS conversation ON conversation.interview_request_id = request.id"""
JOINED = f"FROM interviews_interviewrequest AS request {JOINS}"


class DetailColumns(NamedTuple):
    notes: Annotated[str, "contact."]
    picks: str
    stage: Annotated[str | None, "conversation."]
    decline_reason: Annotated[str | None, "conversation."]
    decline_comment: Annotated[str | None, "conversation."]
    declined_at: Annotated[Time, "conversation."]
    rating: Annotated[int | None, "conversation."]
    transcript_id: Annotated[int | None, "transcript.id"]
    content: Annotated[str | None, "transcript."]
    key_answers: Annotated[Json | None, "transcript."]
    drivers: Annotated[Json | None, "transcript."]
    coverage: Annotated[Json | None, "transcript."]
    summary: Annotated[Json | None, "transcript."]
    transcript_created_at: Annotated[Time, "transcript.created_at"]


READ_INTERVIEW_REQUEST = f"""
SELECT {SUMMARY}, {select_list(DetailColumns, "request")}
{JOINED}
LEFT JOIN interviews_transcript AS transcript ON transcript.interview_request_id = request.id
WHERE request.id = %(interview_request_id)s AND request.org_id = %(org_id)s AND {KEY_IS_VALID}
"""


class SummaryRow:
    def __init__(self, columns: tuple[Any, ...]) -> None:
        self.stored = stored = SummaryColumns._make(columns)
        vars(self).update(zip(SummaryColumns._fields, columns, strict=True))
        self.pk = self.interview_request_id = stored.id
        self.contact_id = f"{Contact.ID_PREFIX}{stored.contact_id}"
        self.survey_url = survey_url_of(stored.survey_token, stored.survey_base_url)
        self.progress = progress_of(stored.status, stored.progress)
        self.flags = stored.flags.split()

    @property
    def contact(self) -> Body:
        stored = self.stored
        external_id = stored.external_id or None
        return {"id": self.contact_id, "email": stored.email, "name": stored.name, "external_id": external_id}

    @property
    def objective_subjects(self) -> list[str]:
        stored = self.stored
        corrected = subjects_in(stored.subjects)
        if corrected is not None:
            return list(corrected.every)
        return list(subjects_named(_read(self.objective_reading), vendor_of(stored.org_name), stored.name))

    @cached_property
    def objective_reading(self) -> TextReading | None:
        stored = self.stored
        return text_in("objective", stored.reading, stored.objective, stored.interview_type_id, stored.guide_version)

    @property
    def versions(self) -> Versions:
        stored, activity = self.stored, shown_time(self.stored.last_activity_at) or ""
        read = digest_of_reading(stored.reading)
        return Versions(stored.version, stored.contact_version, stored.guide_version, activity, read)


class InterviewRequestRow(SummaryRow):
    def __init__(self, columns: tuple[Any, ...]) -> None:
        size = len(SummaryColumns._fields)
        super().__init__(columns[:size])
        self.details = DetailColumns._make(columns[size:])
        self.rating = self.details.rating

    @classmethod
    def read(cls, *, org_id: int, interview_request_id: int, digest: str) -> Self:
        """Raises InterviewRequest.DoesNotExist, also if the org's API key `digest` is not valid."""
        row_of_org = {"interview_request_id": interview_request_id, "org_id": org_id}
        columns = fetch_row(READ_INTERVIEW_REQUEST, {**row_of_org, **key_parameters(digest)})
        if columns is None:
            raise InterviewRequest.DoesNotExist
        return cls(columns)

    @cached_property
    def notes_reading(self) -> TextReading | None:
        stored, notes = self.stored, self.details.notes
        return text_in("notes", stored.reading, notes, stored.interview_type_id, stored.guide_version)

    def body(self) -> Body:
        return body_of(bodies.InterviewRequestSerializer, self)

    @property
    def contact(self) -> Body:
        return {**super().contact, "notes": self.details.notes}

    @property
    def objective_topics(self) -> Body:
        try:
            guide = guide_of_version(self.stored.interview_type_id, self.stored.guide_version, self._guide)
        except GuideError:  # such as a guide of an older format
            return {"emphasize": [], "avoid": []}
        picks, vendor = known_picks(self.details.picks, guide), vendor_of(self.stored.org_name)
        steering = steering_of(guide, _read(self.objective_reading), _read(self.notes_reading), picks)
        return {
            "emphasize": _topics(guide, steering.emphasize, vendor),
            "avoid": _topics(guide, steering.avoid, vendor),
        }

    def _guide(self) -> object:
        return InterviewRequest.objects.select_related("interview_type", "conversation").get(pk=self.pk).guide

    @property
    def transcript(self) -> Body | None:
        details = self.details
        if details.transcript_id is None:
            return None
        names = ("key_answers", "drivers", "coverage", "summary")
        stored = {name: parsed(getattr(details, name)) for name in names}
        return {
            "document_id": f"{Transcript.ID_PREFIX}{details.transcript_id}",
            **shown_findings({**stored, "content": details.content or ""}, vendor_of(self.stored.org_name)),
            "created_at": shown_time(details.transcript_created_at),
        }

    @property
    def decline(self) -> Body | None:
        if self.details.stage != Stage.DECLINED:
            return None
        return {
            "reason": self.details.decline_reason or None,
            "comment": visible(self.details.decline_comment or "") or None,
            "declined_at": shown_time(self.details.declined_at),
        }


def _read(stored: TextReading | None) -> ObjectiveReading:
    """Empty if it is not read yet."""
    return stored.reading if stored else ObjectiveReading()


def _topics(guide: Guide, keys: Iterable[str], vendor: str) -> list[Body]:
    return [{"key": key, "title": guide.topic(key).for_vendor(vendor).title} for key in keys]


def parsed(value: Json | None) -> Any:
    return json.loads(value) if isinstance(value, str) else value
