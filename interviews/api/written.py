from typing import Any

from hindsight.api.responses import body_of
from hindsight.text.timestamps import utc_text
from interviews.api import bodies
from interviews.api.reads import subjects_found, valid_guide
from interviews.models import InterviewRequest, survey_url_of
from interviews.paige.guide.guide import Guide

Body = dict[str, Any]


class CreatedRow:
    def __init__(self, row: InterviewRequest) -> None:
        self.interview_request_id = row.pk
        self.contact_id = row.contact.public_id
        self.deal_id = row.deal_id or None
        self.survey_url = survey_url_of(row.survey_token, row.interview_type.survey_base_url)
        self.survey_token = row.survey_token
        self.status = row.status
        self.row = row

    def body(self) -> Body:
        return body_of(bodies.CreatedInterviewRequest, self)

    @property
    def objective_subjects(self) -> list[str]:
        names = (self.row.interview_type.org_name, self.row.contact.name)
        return subjects_found(self.row.objective, self._read_guide, names)

    def _read_guide(self) -> Guide | None:
        kind = self.row.interview_type
        return valid_guide(kind.pk, kind.guide_version, lambda: kind.guide)


class MarkedRow:
    def __init__(self, row: InterviewRequest) -> None:
        self.interview_request_id = row.pk
        self.status = row.status
        self.email_sent_at = row.email_sent_at and utc_text(row.email_sent_at)
        self.cancelled_at = row.cancelled_at and utc_text(row.cancelled_at)

    def body(self) -> Body:
        return body_of(bodies.MarkedInterviewRequest, self)


class CorrectedRow:
    def __init__(self, row: InterviewRequest) -> None:
        self.interview_request_id = row.pk
        self.contact_id = row.contact.public_id
        self.contact_email = row.contact.email
        self.survey_url = row.survey_url
        self.survey_token = row.survey_token
        self.status = row.status

    def body(self) -> Body:
        return body_of(bodies.CorrectedInterviewRequest, self)
