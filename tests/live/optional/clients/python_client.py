"""Uses the client that openapi-python-client generates. Prints what it got as JSON."""

import base64
import hmac
import json
import sys
from pathlib import Path

from hindsight_client import AuthenticatedClient
from hindsight_client.api.interview_types import list_interview_types
from hindsight_client.api.interviews import (
    create_interview_request,
    get_interview_request,
    list_interview_requests,
    update_interview_request,
)
from hindsight_client.models import ContactContextType1, CreateInterviewRequest, UpdateInterviewRequest

url, key, limited_key, webhook = sys.argv[1:]
client, unknown, limited = (
    AuthenticatedClient(base_url=url, token=token) for token in (key, "hsk_unknown", limited_key)
)

types = list_interview_types.sync(client=client)


def create(email):
    body = CreateInterviewRequest(contact_email=email, interview_type_id=types.data[0].id)
    return create_interview_request.sync(client=client, idempotency_key="python", body=body)


id_ = create("jane.smith@example.com").interview_request_id


def update(headers=None, **body):
    return update_interview_request.sync(id_, client=client, body=UpdateInterviewRequest(**body), **(headers or {}))


def is_genuine(sent):
    digest = hmac.digest(
        base64.b64decode(sent["secret"].removeprefix("whsec_")),
        f"{sent['id']}.{sent['timestamp']}.{sent['body']}".encode(),
        "sha256",
    )
    return hmac.compare_digest(f"v1,{base64.b64encode(digest).decode()}", sent["signature"])


notes = []
for context in (ContactContextType1.from_dict({"title": "CTO"}), "Met at the fair"):
    update(contact_context=context, objective="Why price mattered")
    notes.append(get_interview_request.sync(id_, client=client).contact.notes)

page = list_interview_requests.sync(client=client, contact_email="jane.smith@example.com")
read = get_interview_request.sync(id_, client=client)
sent = json.loads(Path(webhook).read_text())
failures = [
    get_interview_request.sync(id_, client=unknown),
    get_interview_request.sync(id_ + 1, client=client),
    create("omar.haddad@example.com"),
    update({"if_match": '"1-1"'}, objective="Why price mattered"),
    [list_interview_types.sync(client=limited) for _ in range(3)][-1],
]
print(
    json.dumps(
        {
            "interview_request_id": id_,
            "notes": notes,
            "listed": [row.interview_request_id for row in page.data],
            "read": [read.status.value, read.objective, read.transcript],
            "refused": [error.field for error in update(contact_context=["CTO"]).error.details],
            "errors": [failure.error.code.value for failure in failures],
            "genuine": [is_genuine(sent), is_genuine({**sent, "body": sent["body"] + " "})],
        }
    )
)
