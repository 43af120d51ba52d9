"""The examples of the published API pages run unchanged, with the ids of this server."""

import re

from orgs.models import Org
from tests.factories import InterviewTypeFactory
from tests.live.client import LiveClient

CONTEXT = {"title": "CTO", "evaluation_notes": "Completed 30-day POC, main concern is pricing"}
OBJECTIVE = "Focus on why pricing was a blocker vs. Competitor X"


def test_create_get_and_update(api: LiveClient, acme: Org) -> None:
    interview_type_id = InterviewTypeFactory.create(org=acme).public_id

    created = api.post(
        "/interviews",
        {
            "contact_email": "jane@acme.com",
            "interview_type_id": interview_type_id,
            "contact_name": "Jane Smith",
            "contact_context": CONTEXT,
            "deal_id": "deal_xyz789",
            "objective": OBJECTIVE,
        },
    )
    body = created.json()
    interview_request_id, contact_id, token = body["interview_request_id"], body["contact_id"], body["survey_token"]
    assert created.status_code == 201
    assert isinstance(interview_request_id, int)
    assert re.fullmatch(r"contact_\w+", contact_id)
    assert body == {
        "interview_request_id": interview_request_id,
        "contact_id": contact_id,
        "deal_id": "deal_xyz789",
        "survey_url": f"{body['survey_url'].partition('?')[0]}?token={token}",
        "survey_token": token,
        "status": "created",
        "objective_subjects": [],  # added later; a worker reads the objective
    }

    read = api.get(f"/interviews/{interview_request_id}")
    assert read.status_code == 200
    published = {
        "interview_request_id": interview_request_id,
        "contact_id": contact_id,
        "deal_id": "deal_xyz789",
        "survey_url": body["survey_url"],
        "status": "created",
        "objective": OBJECTIVE,
        "email_sent_at": None,
        "transcript": None,
    }
    assert read.json().items() >= published.items()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", read.json()["created_at"])

    updated = api.patch(
        f"/interviews/{interview_request_id}",
        {"contact_context": CONTEXT, "contact_name": "Jane Smith", "objective": OBJECTIVE},
    )
    assert (updated.status_code, updated.json()) == (200, {"interview_request_id": interview_request_id})
