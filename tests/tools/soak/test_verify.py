"""What `make soak` reports as lost, doubled and partial."""

from interviews.models import InterviewRequest
from orgs.models import Org
from tests.client import ApiClient
from tools.soak.ledger import Kind, Write
from tools.soak.verify import Stored, Verdict, verify


def patched(api: ApiClient, interview_request: InterviewRequest, **body: str) -> None:
    assert api.patch(f"/interviews/{interview_request.pk}", body).status_code == 200


def posted(api: ApiClient, interview_request: InterviewRequest, **headers: str) -> Write:
    body = {
        "contact_email": "bob@example.com",
        "interview_type_id": interview_request.interview_type.public_id,
        "deal_id": "deal",
    }
    response = api.post("/interviews", body, **headers)
    assert response.status_code == 201
    return Write(Kind.POST, "deal", response.json()["interview_request_id"], is_acknowledged=True)


def acknowledged(interview_request: InterviewRequest, text: str) -> Write:
    return Write(Kind.PATCH, text, interview_request.pk, is_acknowledged=True)


def verdict(acme: Org, *writes: Write) -> Verdict:
    return verify(writes, Stored.read(acme.pk))


def test_current_and_replaced_texts_and_replayed_posts_are_stored_once(
    acme: Org, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    for text in ("first", "second"):
        patched(acme_api, interview_request, objective=text, contact_context=text)
    created = [posted(acme_api, interview_request, Idempotency_Key="1") for _ in range(2)]
    unsent = Write(Kind.PATCH, "never acknowledged", interview_request.pk)
    writes = [acknowledged(interview_request, "first"), acknowledged(interview_request, "second"), *created, unsent]
    assert verdict(acme, *writes) == Verdict()


def test_acknowledged_writes_that_are_not_stored_are_lost(acme: Org, interview_request: InterviewRequest) -> None:
    writes = [
        acknowledged(interview_request, "never stored"),
        Write(Kind.POST, "never stored", 0, is_acknowledged=True),
    ]
    assert verdict(acme, *writes) == Verdict(lost=writes)


def test_a_post_that_returned_another_id_is_lost(
    acme: Org, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    posted(acme_api, interview_request)
    other = Write(Kind.POST, "deal", interview_request.pk, is_acknowledged=True)
    assert verdict(acme, other) == Verdict(lost=[other])


def test_writes_that_are_stored_twice_are_doubled(
    acme: Org, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    for text in ("first", "second", "first"):
        patched(acme_api, interview_request, objective=text, contact_context=text)
    created = [posted(acme_api, interview_request) for _ in range(2)]
    first, second = acknowledged(interview_request, "first"), acknowledged(interview_request, "second")
    assert verdict(acme, first, second, created[0]) == Verdict(doubled=[first, created[0]])


def test_one_of_two_texts_is_partial(acme: Org, acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    patched(acme_api, interview_request, objective="first")
    write = Write(Kind.PATCH, "first", interview_request.pk)
    assert verdict(acme, write) == Verdict(partial=[write])
