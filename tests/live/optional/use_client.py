"""Creates, updates, reads and lists with the generated client. Prints the id of the interview request."""

import sys

from hindsight_client import AuthenticatedClient
from hindsight_client.api.interview_types import list_interview_types
from hindsight_client.api.interviews import (
    create_interview_request,
    get_interview_request,
    list_interview_requests,
    update_interview_request,
)
from hindsight_client.models import ApiError, CreateInterviewRequest, UpdateInterviewRequest
from hindsight_client.models import UpdateInterviewRequestContactContextType1 as Context

client = AuthenticatedClient(base_url=sys.argv[1], token=sys.argv[2])

types = list_interview_types.sync(client=client)
created = create_interview_request.sync(
    client=client,
    idempotency_key="generated-1",
    body=CreateInterviewRequest(contact_email="jane.smith@example.com", interview_type_id=types.data[0].id),
)
interview_request_id = created.interview_request_id
updated = update_interview_request.sync(
    interview_request_id,
    client=client,
    body=UpdateInterviewRequest(contact_context=Context.from_dict({"title": "CTO"}), objective="Why price mattered"),
)
assert updated.interview_request_id == interview_request_id
read = get_interview_request.sync(interview_request_id, client=client)
assert (read.status.value, read.objective, read.transcript) == ("created", "Why price mattered", None)
assert (read.contact.email, read.contact.notes) == ("jane.smith@example.com", '{\n  "title": "CTO"\n}')
page = list_interview_requests.sync(client=client, contact_email="JANE.SMITH@example.com")
assert [row.interview_request_id for row in page.data] == [interview_request_id]
missing = get_interview_request.sync(interview_request_id + 1, client=client)
assert isinstance(missing, ApiError)
assert missing.error.code.value == "not_found"
print(interview_request_id)
