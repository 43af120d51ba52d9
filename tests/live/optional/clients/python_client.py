"""Uses the client that openapi-python-client generates. Prints what it got as JSON."""

import json
import sys

from hindsight_client import AuthenticatedClient
from hindsight_client.api.interview_types import list_interview_types
from hindsight_client.api.interviews import (
    create_interview_request,
    get_interview_request,
    list_interview_requests,
    update_interview_request,
)
from hindsight_client.models import CreateInterviewRequest, UpdateInterviewRequest
from hindsight_client.models import UpdateInterviewRequestContactContextType1 as Context

client = AuthenticatedClient(base_url=sys.argv[1], token=sys.argv[2])

types = list_interview_types.sync(client=client)
created = create_interview_request.sync(
    client=client,
    idempotency_key="python",
    body=CreateInterviewRequest(contact_email="jane.smith@example.com", interview_type_id=types.data[0].id),
)
id_ = created.interview_request_id


def update(**body):
    return update_interview_request.sync(id_, client=client, body=UpdateInterviewRequest(**body))


notes = []
for context in (Context.from_dict({"title": "CTO"}), "Met at the fair"):
    update(contact_context=context, objective="Why price mattered")
    notes.append(get_interview_request.sync(id_, client=client).contact.notes)

page = list_interview_requests.sync(client=client, contact_email="jane.smith@example.com")
read = get_interview_request.sync(id_, client=client)
print(
    json.dumps(
        {
            "interview_request_id": id_,
            "notes": notes,
            "listed": [row.interview_request_id for row in page.data],
            "read": [read.status.value, read.objective, read.transcript],
            "refused": [error.field for error in update(contact_context=["CTO"]).error.details],
            "missing": get_interview_request.sync(id_ + 1, client=client).error.code.value,
        }
    )
)
