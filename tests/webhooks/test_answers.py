"""What is kept of an endpoint's answer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from orgs.models import Org
from tests.webhooks.conftest import complete, work
from tools.harness.receiver import Receiver
from webhooks.models import Delivery, Endpoint
from webhooks.sending import MAX_ANSWER_BYTES
from webhooks.services.deliveries import purge_deliveries

pytestmark = pytest.mark.django_db


def test_the_first_2_kb_and_headers_without_secrets_are_kept(acme: Org, endpoint: Endpoint, receiver: Receiver) -> None:
    receiver.status, receiver.body = 503, b"down\0" + b"x" * 5_000
    receiver.headers = {
        "Set-Cookie": "session=s3cret",
        "X-Api-Key": "s3cret",
        "WWW-Authenticate": "Bearer s3cret",
        "Location": "https://example.com/?code=s3cret",
        "Retry-After": "7",
    }
    complete(acme)
    work()
    delivery = Delivery.objects.get()
    assert delivery.answer_body.startswith("down\ufffdxxx")
    assert len(delivery.answer_body) == MAX_ANSWER_BYTES
    headers = delivery.answer_headers.splitlines()
    assert {"Set-Cookie: (not kept)", "X-Api-Key: (not kept)", "WWW-Authenticate: (not kept)"} <= set(headers)
    assert {"Location: https://example.com/?(not kept)", "Retry-After: 7"} <= set(headers)
    assert "s3cret" not in "".join(headers)


def test_without_an_answer_that_of_an_earlier_attempt_is_not_kept(acme: Org, endpoint: Endpoint) -> None:
    complete(acme)
    Delivery.objects.update(answer_headers="Server: nginx", answer_body="earlier")
    Endpoint.objects.update(url="http://127.0.0.1:9/closed")
    work()
    delivery = Delivery.objects.get()
    assert (delivery.last_outcome, delivery.answer_headers, delivery.answer_body) == ("unreachable", "", "")


def test_purge_removes_answers_after_seven_days(acme: Org, endpoint: Endpoint) -> None:
    old, new = complete(acme, 1), complete(acme, 2)
    now = timezone.now()
    for delivery, days in ((old, 8), (new, 6)):
        Delivery.objects.filter(pk=delivery.pk).update(
            answer_headers="a: b", answer_body="c", last_attempt_at=now - timedelta(days=days)
        )
    purge_deliveries(dry_run=True)
    assert Delivery.objects.filter(answer_headers="a: b").count() == 2
    purge_deliveries()
    kept = dict(Delivery.objects.values_list("pk", "answer_body"))
    assert kept == {old.pk: "", new.pk: "c"}
