"""Tokens and responses of a provider that is broken, taken over, or not the right one."""

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.test import Client

from staff.login.single_sign_on import NOT_VALID, id_tokens
from tests.fakes.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, key_named
from tests.staff.single_sign_on.conftest import PAGE, begin, come_back, events, is_open, sign_on

pytestmark = pytest.mark.django_db

IN_FUTURE = 2**33  # in the year 2242
NESTED: Any = "x"
for _ in range(60):
    NESTED = [NESTED]


def assert_refused(client: Client, page: Any) -> None:
    assert page.status_code == 403, page.content
    assert NOT_VALID in page.content.decode()
    assert not is_open(client)
    assert SocialAccount.objects.filter(extra_data={}).count() == 1, "the link was not used"
    [(actor, _, detail)] = events("login_failed")
    assert actor == ""
    assert detail.startswith("Single sign-on: ")


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": None},
        {"sub": ""},
        {"sub": 5},
        {"sub": ["a1"]},
        {"sub": "a" * 5000},
        {"sub": "a\x001"},
        {"sub": "\u04301"},  # Cyrillic
        {"email": 5},
        {"email": ["ann@example.com"]},
        {"email": {"a": 1}},
        {"email": "a" * 5000 + "@example.com"},
        {"email": "ann\x00@example.com"},
        {"amr": 5},
        {"amr": "mfa"},
        {"amr": {"mfa": True}},
        {"amr": [["mfa"]]},
        {"amr": [5]},
        {"amr": ["mfa"] * 1000},
        {"name": "a\x00b"},
        {"name": NESTED},
        {"name": "a" * 20_000},
        {"nonce": None},
        {"nonce": "another"},
        {"nonce": 5},
        {"aud": "another client"},
        {"aud": ["another client"]},
        {"aud": [CLIENT_ID, "another client"]},
        {"aud": [CLIENT_ID, "another client"], "azp": "another client"},
        {"azp": "another client"},
        {"aud": {"a": 1}},
        {"iss": "https://login.elsewhere.example"},
        {"exp": 1},
        {"exp": "never"},
        {"exp": None},
        {"exp": float("inf")},
        {"exp": [1]},
        {"iat": IN_FUTURE},
        {"iat": "x"},
        {"nbf": IN_FUTURE},
    ],
    ids=lambda claims: repr(claims)[:40],
)
@pytest.mark.usefixtures("linked")
def test_hostile_claims_are_refused(provider: IdentityProvider, claims: dict[str, Any]) -> None:
    provider.claims |= claims
    client = Client()
    assert_refused(client, sign_on(client))


@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "exp", "iat", "nonce"])
@pytest.mark.usefixtures("linked")
def test_a_token_without_a_required_claim_is_refused(provider: IdentityProvider, claim: str) -> None:
    provider.left_out = {claim}
    client = Client()
    assert_refused(client, sign_on(client))


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def with_client_secret(header: dict[str, Any], claims: dict[str, Any]) -> str:
    signed = f"{encoded(header)}.{encoded(claims)}"
    digest = hmac.new(CLIENT_SECRET.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


FORGERIES = {
    "signed by another key": lambda claims: jwt.encode(claims, key_named("x"), "RS256", headers={"kid": "a"}),
    "signed by an unknown key": lambda claims: jwt.encode(claims, key_named("x"), "RS256", headers={"kid": "x"}),
    "key in the header": lambda claims: jwt.encode(
        claims, key_named("x"), "RS256", headers={"kid": "a", "jwk": {"kty": "RSA"}, "jku": "https://x.example"}
    ),
    "not signed": lambda claims: f"{encoded({'alg': 'none', 'kid': 'a'})}.{encoded(claims)}.",
    "without algorithm": lambda claims: f"{encoded({'kid': 'a'})}.{encoded(claims)}.",
    "odd algorithm": lambda claims: f"{encoded({'alg': ['RS256'], 'kid': 'a'})}.{encoded(claims)}.",
    "odd key id": lambda claims: f"{encoded({'alg': 'RS256', 'kid': {'a': 1}})}.{encoded(claims)}.",
    "client secret": lambda claims: with_client_secret({"alg": "HS256", "kid": "a"}, claims),
    "no token": lambda claims: "x",
    "claims are a list": lambda claims: jwt.api_jws.encode(b"[1]", key_named("a"), "RS256", headers={"kid": "a"}),
    "nested": lambda claims: jwt.api_jws.encode(b"[" * 10_000, key_named("a"), "RS256", headers={"kid": "a"}),
    "not JSON": lambda claims: jwt.api_jws.encode(b"\xff", key_named("a"), "RS256", headers={"kid": "a"}),
}


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.usefixtures("linked")
def test_a_forged_token_is_refused(provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch, forgery: str) -> None:
    monkeypatch.setattr(provider, "signed", FORGERIES[forgery])
    client = Client()
    assert_refused(client, sign_on(client))


@pytest.mark.parametrize(
    "response",
    [
        {"access_token": "x"},
        {"id_token": None},
        {"id_token": 5},
        {"id_token": ["x"]},
        {"id_token": "a.b.c" * 5000},
        {"error": "invalid_grant"},
        ["x"],
        "x",
        5,
    ],
    ids=lambda response: repr(response)[:40],
)
@pytest.mark.usefixtures("linked")
def test_a_response_without_a_valid_token_is_refused(provider: IdentityProvider, response: Any) -> None:
    provider.token_response = response
    client = Client()
    assert_refused(client, sign_on(client))


@pytest.mark.parametrize("extra", [{"aud": [CLIENT_ID]}, {"azp": CLIENT_ID, "aud": [CLIENT_ID, "b"]}, {"amr": []}])
@pytest.mark.usefixtures("linked")
def test_other_forms_of_a_valid_token_are_accepted(provider: IdentityProvider, extra: dict[str, Any]) -> None:
    provider.claims |= extra
    assert sign_on(Client()).headers["Location"] == PAGE


def test_only_the_address_of_the_claims_is_stored(provider: IdentityProvider, linked: User) -> None:
    provider.claims |= {"name": "Ann", "groups": ["board"]}
    sign_on(Client())
    assert SocialAccount.objects.get().extra_data == {"email": "Ann@example.com"}


@pytest.mark.usefixtures("linked")
def test_new_keys_of_the_provider_are_fetched(provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sign_on(Client()).headers["Location"] == PAGE
    provider.key, provider.published_keys = "b", ["a", "b"]
    refused = sign_on(Client())
    assert refused.status_code == 403, "the keys were fetched a moment ago"
    monkeypatch.setattr(id_tokens, "ROTATION_SECONDS", 0)  # the keys are as old as that
    assert sign_on(Client()).headers["Location"] == PAGE


@pytest.mark.usefixtures("linked")
def test_a_token_of_another_login_is_refused(provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sends a token that the provider has issued before, for the same client."""
    first: dict[str, str] = {}
    sign = provider.signed
    monkeypatch.setattr(provider, "signed", lambda claims: first.setdefault("token", sign(claims)))
    assert sign_on(Client()).headers["Location"] == PAGE
    client = Client()
    page = come_back(client, begin(client))
    assert page.status_code == 403
    assert not is_open(client)
    assert [detail for _, _, detail in events("login_failed")] == [
        "Single sign-on: the ID token is not valid: InvalidClaim."
    ]
