from typing import Any

from hindsight.api.responses import body_of
from hindsight.text.timestamps import utc_text
from interviews.api import bodies
from interviews.models import InterviewRequest, survey_url_of

Body = dict[str, Any]


class CreatedRow:
    def __init__(self, row: InterviewRequest) -> None:
        self.interview_request_id = row.pk
        self.contact_id = row.contact.public_id
        self.deal_id = row.deal_id or None
        self.survey_url = survey_url_of(row.survey_token, row.interview_type.survey_base_url)
        self.survey_token = row.survey_token
        self.status = row.status
        self.objective_subjects: list[str] = []  # a worker reads the objective later

    def body(self) -> Body:
        return body_of(bodies.CreatedInterviewRequest, self)


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
