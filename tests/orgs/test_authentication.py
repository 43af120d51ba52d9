"""API keys, and authentication by them. Every failure gives the same response."""

import json
import string
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from rest_framework.request import Request

from hindsight.api.json_bodies import Response
from hindsight.api.views import ApiView
from interviews.models import InterviewRequest
from orgs import keys
from orgs.authentication import Principal, forget_keys
from orgs.models import ApiKey
from orgs.services import revoke_api_key
from tests.client import ApiClient


def status(api: ApiClient, interview_request: InterviewRequest, **headers: str) -> int:
    code: int = api.get(f"/interviews/{interview_request.pk}", **headers).status_code
    return code


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer "])
def test_the_scheme_is_case_insensitive(acme_key: str, interview_request: InterviewRequest, scheme: str) -> None:
    assert status(ApiClient(), interview_request, Authorization=f"{scheme} {acme_key}") == 200


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "{key}",
        "Basic {key}",
        "Token {key}",
        "Bearer {key}x",
        "Bearer x{key}",
        "Bearer {key} {key}",
        "Bearer {key},",
        'Bearer "{key}"',
        "Bearer {unknown}",
        "Bearer \u00e9",
        "Bearer " + "x" * 10_000,
        "Bearer ' OR 1=1 --",
    ],
)
def test_every_request_without_a_valid_key_gets_the_same_401(
    acme_key: str, interview_request: InterviewRequest, header: str | None
) -> None:
    headers = {} if header is None else {"Authorization": header.format(key=acme_key, unknown=keys.generate())}
    response = ApiClient().patch(f"/interviews/{interview_request.pk}", {"objective": "new"}, **headers)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (401, "unauthorized")
    assert error["message"] == ApiClient().get("/interviews/999999").json()["error"]["message"]
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert "X-RateLimit-Limit" not in response.headers
    interview_request.refresh_from_db()
    assert interview_request.objective == "Old objective"


def test_second_revocation_keeps_the_time_of_the_first(acme_key: str) -> None:
    api_key = ApiKey.objects.get()
    revoke_api_key(api_key)
    first = api_key.revoked_at
    revoke_api_key(api_key)
    assert api_key.revoked_at == first is not None


def test_only_the_digest_and_the_prefix_are_stored(acme_key: str) -> None:
    row = ApiKey.objects.values().get()
    assert (row["prefix"], row["digest"]) == (acme_key[:12], keys.digest_of(acme_key))
    assert not any(acme_key in str(value) for value in row.values())


def test_a_malformed_key_causes_no_query(acme_key: str, interview_request: InterviewRequest) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert status(ApiClient(acme_key[:-1] + ("0" if acme_key[-1] != "0" else "1")), interview_request) == 401
    assert [query for query in queries if "rate_limit_counter" not in query["sql"]] == []


def test_last_used_at_is_updated_at_most_once_a_minute(
    acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    status(acme_api, interview_request)
    first = ApiKey.objects.get().last_used_at
    status(acme_api, interview_request)
    assert first is not None
    assert ApiKey.objects.get().last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(seconds=61))
    forget_keys()
    status(acme_api, interview_request)
    assert ApiKey.objects.filter(last_used_at__gt=first).exists()


@pytest.mark.django_db(transaction=True)
def test_last_used_at_is_updated_outside_the_transaction_of_the_request(
    acme_api: ApiClient, interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Principal, "actor", property(lambda _: 1 / 0))
    assert acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": "new"}).status_code == 500
    assert ApiKey.objects.get().last_used_at is not None


class ViewWithoutAuthentication(ApiView):
    authentication_classes: Any = []

    def get(self, request: Request) -> Response:
        return Response({"secret": 1})


@pytest.mark.django_db
def test_a_view_without_authentication_refuses_every_request(rf: RequestFactory) -> None:
    response = ViewWithoutAuthentication.as_view()(rf.get("/"))
    assert (response.status_code, json.loads(response.content)["error"]["code"]) == (401, "unauthorized")


def test_generated_keys_are_unique_and_well_formed() -> None:
    generated = {keys.generate() for _ in range(100)}
    assert len(generated) == 100
    for key in generated:
        assert keys.is_well_formed(key)
        assert key.startswith("hsk_")
        assert len(key) == 46, "4 characters of scheme, 36 random, 6 of checksum"


def test_malformed_keys_are_detected() -> None:
    key = keys.generate()
    others = ("", "hsk_", key[:-1], key + "0", key.upper(), " " + key, key + "\n", "x" * 46, key.replace("hsk", "sk"))
    typos = [f"{key[:at]}{'0' if key[at] != '0' else '1'}{key[at + 1 :]}" for at in range(len(key))]
    assert [text for text in (*others, *typos) if keys.is_well_formed(text)] == []


def test_the_prefix_shows_12_characters_and_the_digest_is_sha256_in_hexadecimal() -> None:
    key = keys.generate()
    assert keys.prefix_of(key) == key[:12]
    assert keys.digest_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert set(keys.digest_of(key)) <= set(string.hexdigits)
