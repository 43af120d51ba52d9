"""Uses the client that openapi-generator generates for `python`. Prints what it got as JSON."""

import base64
import hmac
import json
import sys
from pathlib import Path

from openapi_client import (
    ApiClient,
    Configuration,
    CreateInterviewRequest,
    InterviewsApi,
    InterviewTypesApi,
    UpdateInterviewRequest,
)
from openapi_client.exceptions import ApiException

url, key, limited_key, webhook = sys.argv[1:]
client, unknown, limited = (  # retries=0: urllib3 would wait for the end of the minute after a 429
    ApiClient(Configuration(host=url, access_token=token, retries=0)) for token in (key, "hsk_unknown", limited_key)
)
interviews = InterviewsApi(client)
interview_type = InterviewTypesApi(client).list_interview_types().data[0].id


def create(email):
    body = CreateInterviewRequest(contact_email=email, interview_type_id=interview_type)
    return interviews.create_interview_request(body, idempotency_key="python")


id_ = create("jane.smith@example.com").interview_request_id


def update(headers=None, **fields):
    body = UpdateInterviewRequest(objective="Why price mattered", **fields)
    return interviews.update_interview_request(id_, body, **(headers or {}))


def error_of(call):
    try:
        call()
    except ApiException as failed:
        return json.loads(failed.body)["error"]
    raise RuntimeError("The call did not fail with a response.")


def is_genuine(sent):
    digest = hmac.digest(
        base64.b64decode(sent["secret"].removeprefix("whsec_")),
        f"{sent['id']}.{sent['timestamp']}.{sent['body']}".encode(),
        "sha256",
    )
    return hmac.compare_digest(f"v1,{base64.b64encode(digest).decode()}", sent["signature"])


notes = []
for context in ({"title": "CTO"}, "Met at the fair"):
    update(contact_context=context)
    notes.append(interviews.get_interview_request(id_).contact.notes)

page = interviews.list_interview_requests(contact_email="jane.smith@example.com")
read = interviews.get_interview_request(id_)
sent = json.loads(Path(webhook).read_text())
errors = [
    error_of(lambda: InterviewsApi(unknown).get_interview_request(id_)),
    error_of(lambda: interviews.get_interview_request(id_ + 1)),
    error_of(lambda: create("omar.haddad@example.com")),
    error_of(lambda: update({"if_match": '"1-1"'})),
    error_of(lambda: [InterviewTypesApi(limited).list_interview_types() for _ in range(3)]),
]
print(
    json.dumps(
        {
            "interview_request_id": id_,
            "notes": notes,
            "listed": [row.interview_request_id for row in page.data],
            "read": [read.status, read.objective, read.transcript],
            "refused": [detail["field"] for detail in error_of(lambda: update(contact_context=["CTO"]))["details"]],
            "errors": [error["code"] for error in errors],
            "genuine": [is_genuine(sent), is_genuine({**sent, "body": sent["body"] + " "})],
        }
    )
)
