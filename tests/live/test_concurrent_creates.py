"""Concurrent creates on four workers: one contact per email, one interview request per Idempotency-Key."""

from functools import partial
from typing import Any

import pytest

from contacts.models import Contact
from interviews.models import InterviewRequest
from orgs.models import Change, Org
from tests.factories import InterviewTypeFactory
from tests.live.client import LiveClient, at_once


@pytest.fixture
def body(acme: Org) -> dict[str, Any]:
    return {"contact_email": "new@example.com", "interview_type_id": InterviewTypeFactory.create(org=acme).public_id}


def test_twenty_requests_for_one_new_email_create_one_contact(api: LiveClient, acme: Org, body: dict[str, Any]) -> None:
    bodies = [{**body, "contact_email": email} for email in ("new@example.com", "NEW@Example.com") * 10]
    responses = at_once([partial(api.post, "/interviews", body) for body in bodies], threads=20)
    assert [response.status_code for response in responses] == [201] * 20
    contact = Contact.objects.get(org=acme)
    assert {response.json()["contact_id"] for response in responses} == {contact.public_id}
    assert InterviewRequest.objects.for_org(acme.pk).count() == 20


def test_each_overwrite_records_the_notes_of_the_one_before(api: LiveClient, acme: Org, body: dict[str, Any]) -> None:
    bodies = [{**body, "contact_context": f"Notes {number}"} for number in range(20)]
    at_once([partial(api.post, "/interviews", body) for body in bodies], threads=20)
    contact = Contact.objects.get(org=acme)
    texts = [*Change.objects.of(contact).order_by("id").values_list("before", flat=True), contact.notes]
    assert set(texts) == {body["contact_context"] for body in bodies}
    assert len(texts) == 20, "the first request created the contact, and the others overwrote"


def test_concurrent_retries_create_once(api: LiveClient, acme: Org, body: dict[str, Any]) -> None:
    for number in range(5):
        retry = partial(api.post, "/interviews", body, Idempotency_Key=f"retry-{number}")
        responses = at_once([retry] * 6, threads=6)
        assert {response.status_code for response in responses} == {201}
        assert len({response.content for response in responses}) == 1
        assert [response.headers["Idempotency-Replayed"] for response in responses].count("true") == 5
    assert InterviewRequest.objects.for_org(acme.pk).count() == 5
