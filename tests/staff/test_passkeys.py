"""Passkeys of staff, with a software authenticator: what each step of a login accepts."""

import json
import re
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from fido2.utils import websafe_encode
from pytest_django import Settings

from orgs.models import SecurityEvent
from staff.login.attempts import PASSKEY_ATTEMPTS
from staff.login.passkeys import Step
from tests.staff.conftest import is_open
from tests.staff.security_key import HOST, PRESENT, VERIFIED, SecurityKey

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
NOON = "2026-03-01T12:00:01Z"


@pytest.fixture(autouse=True)
def ann(settings: Settings) -> User:
    settings.SECOND_FACTOR_REQUIRED = True
    return User.objects.create_superuser("ann", password=PASSWORD)


def browser() -> Client:
    return Client(SERVER_NAME=HOST)


def enter_password(client: Client) -> Any:
    return client.post("/admin/login/", {"username": "ann", "password": PASSWORD, "next": "/admin/"})


def options_in(page: Any, name: str) -> Any:
    data = re.search(r'id="js_data" type="application/json">(.*?)</script>', page.content.decode())
    return json.loads(data[1])[name]  # type: ignore[index]


def login_options(client: Client) -> Any:
    return client.post("/admin/login/passkey/challenge/").json()["request_options"]


def code_options(client: Client) -> Any:
    return options_in(client.get("/admin/login/code/"), "request_options")


def options_of_new_key(client: Client) -> Any:
    return options_in(client.get("/admin/second-factor/passkeys/add/"), "creation_options")


def add(key: SecurityKey, *, passwordless: bool, is_resident: bool) -> Authenticator:
    client = browser()
    enter_password(client)
    options = options_of_new_key(client)
    sent = {"credential": key.registered(options, is_resident=is_resident), "name": "Key"}
    box = {"passwordless": "on"} if passwordless else {}
    answer = client.post("/admin/second-factor/passkeys/add/", {**sent, **box})
    assert answer.status_code == 302
    return Authenticator.objects.get(type="webauthn")


def log_in(client: Client, credential: str) -> Any:
    return client.post("/admin/login/passkey/", {"credential": credential, "next": "/admin/"})


def enter_passkey(client: Client, credential: str) -> Any:
    return client.post("/admin/login/code/", {"credential": credential})


def challenges(client: Client) -> set[str]:
    """The steps whose challenge is in the session."""
    stored = client.session.keys()
    return {key for key in stored if "passkey" in key or "webauthn" in key}


def test_a_passkey_that_verifies_the_person_logs_in_alone(ann: User) -> None:
    key = SecurityKey(verifies=True)
    add(key, passwordless=True, is_resident=True)
    client = browser()
    answer = log_in(client, key.signed(login_options(client), ann))
    assert answer.headers["Location"] == "/admin/"
    assert is_open(client)


@pytest.mark.parametrize("is_resident", [True, False])
def test_the_challenge_of_the_second_factor_is_not_accepted_without_the_password(ann: User, is_resident: bool) -> None:
    """allauth asks for no verification of the person in that step, and keeps one challenge for both steps."""
    key = SecurityKey(verifies=False)
    add(key, passwordless=False, is_resident=is_resident)
    client = browser()
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        enter_password(client)
        credential = key.signed(code_options(client), ann)
        assert log_in(client, credential).headers["Location"] == "/admin/login/code/"
    with time_machine.travel("2026-03-01T12:15:01Z", tick=False):
        assert log_in(client, credential).headers["Location"] == "/admin/login/"
        assert not is_open(client)
    assert not SecurityEvent.objects.filter(kind="login", detail__contains="webauthn").exists()


def test_a_key_for_the_second_factor_does_not_log_in_alone(ann: User) -> None:
    for is_resident in (True, False):
        Authenticator.objects.all().delete()
        key = SecurityKey(verifies=True)
        add(key, passwordless=False, is_resident=is_resident)
        client = browser()
        assert log_in(client, key.signed(login_options(client), ann)).headers["Location"] == "/admin/login/"
        assert not is_open(client)
    refused = SecurityEvent.objects.filter(kind="login_failed", actor="ann", detail="Passkey of a second factor.")
    assert refused.count() == 2


def test_one_that_was_stored_before_the_choice_was_needs_a_verified_registration(ann: User) -> None:
    """Earlier versions stored what the browser reported."""
    key = SecurityKey(verifies=False)
    old = add(key, passwordless=False, is_resident=True)
    old.data["credential"]["clientExtensionResults"] = {"credProps": {"rk": True}}
    old.save()
    key.flags |= VERIFIED
    client = browser()
    assert log_in(client, key.signed(login_options(client), ann)).headers["Location"] == "/admin/login/"
    assert not is_open(client)


@pytest.mark.parametrize("is_verified", [True, False])
def test_a_passkey_without_verification_is_refused_alone(ann: User, is_verified: bool) -> None:
    key = SecurityKey(verifies=True)
    add(key, passwordless=True, is_resident=True)
    if not is_verified:
        key.flags = PRESENT
    client = browser()
    log_in(client, key.signed(login_options(client), ann))
    assert is_open(client) == is_verified


@pytest.mark.parametrize("verifies", [True, False])
def test_a_key_is_a_second_factor_after_the_password(ann: User, verifies: bool) -> None:
    key = SecurityKey(verifies=verifies)
    add(key, passwordless=False, is_resident=False)
    client = browser()
    assert enter_password(client).headers["Location"] == "/admin/login/code/"
    answer = enter_passkey(client, key.signed(code_options(client), ann))
    assert answer.headers["Location"] == "/admin/"
    assert is_open(client)
    assert challenges(client) == set()


def test_the_challenge_of_the_login_is_not_accepted_as_a_second_factor(ann: User) -> None:
    key = SecurityKey(verifies=True)
    add(key, passwordless=True, is_resident=True)
    client = browser()
    enter_password(client)
    code_options(client)
    assert challenges(client) == {Step.SECOND_FACTOR}
    credential = key.signed(login_options(client), ann)
    assert challenges(client) == {Step.LOGIN}, "the login with a password was left"
    assert enter_passkey(client, credential).headers["Location"] == "/admin/login/"
    assert not is_open(client)


def test_a_challenge_is_answered_once_also_if_the_answer_is_wrong(ann: User) -> None:
    key, other = SecurityKey(verifies=True), SecurityKey(verifies=True)
    add(key, passwordless=True, is_resident=True)
    client = browser()
    options = login_options(client)
    for credential in (other.signed(options, ann), key.signed(options, ann)):
        assert log_in(client, credential).headers["Location"] == "/admin/login/"
    assert not is_open(client)
    refused = SecurityEvent.objects.filter(kind="login_failed", detail="Wrong passkey.")
    assert refused.count() == 2


def test_after_15_minutes_neither_step_accepts_its_challenge(ann: User) -> None:
    key = SecurityKey(verifies=True)
    add(key, passwordless=True, is_resident=True)
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        client, waiting = browser(), browser()
        enter_password(client)
        credential = key.signed(code_options(client), ann)
        alone = key.signed(login_options(waiting), ann)
    with time_machine.travel("2026-03-01T12:15:01Z", tick=False):
        assert enter_passkey(client, credential).headers["Location"] == "/admin/login/"
        assert challenges(client) == set()
        assert log_in(client, credential).headers["Location"] == "/admin/login/"
        assert log_in(waiting, alone).headers["Location"] == "/admin/login/"
        assert challenges(waiting) == set()
        assert not is_open(client)
        assert not is_open(waiting)


def test_within_15_minutes_each_step_accepts_its_challenge(ann: User) -> None:
    key = SecurityKey(verifies=True)
    add(key, passwordless=True, is_resident=True)
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        client, waiting = browser(), browser()
        enter_password(client)
        credential = key.signed(code_options(client), ann)
        alone = key.signed(login_options(waiting), ann)
    with time_machine.travel("2026-03-01T12:14:59Z", tick=False):
        assert enter_passkey(client, credential).headers["Location"] == "/admin/"
        assert log_in(waiting, alone).headers["Location"] == "/admin/"


def test_challenges_end_when_their_step_is_left(ann: User) -> None:
    key = SecurityKey(verifies=True)
    add(key, passwordless=True, is_resident=True)
    client = browser()
    enter_password(client)
    code_options(client)
    login_options(client)
    enter_password(client)
    assert challenges(client) == set(), "another login has begun"
    code_options(client)
    client.post("/admin/logout/")
    assert challenges(client) == set(), "Cancel"
    enter_password(client)
    code_options(client)
    log_in(client, key.signed(login_options(client), ann))
    assert is_open(client)
    assert challenges(client) == set(), "logged in"


MALFORMED = (
    *("", "x", "null", "5", "[]", '"text"', "{}", '{"response": 5}', '{"response": {}}'),
    '{"id": 5, "rawId": [], "type": {}, "response": {"userHandle": 5}}',
    *("9" * 5_000, "[" * 100_000, '{"id": NaN}', '{"id": "\\u0000"}'),
)
# After the flags for a key and for extensions: CBOR that ends early, of the wrong type, or of an unknown type.
MALFORMED_CBOR = (b"", b"\x19\x01", b"\xc0", b"\xa1\x80\x00", b"\x9b" + b"\xff" * 8, b"\x81" * 5_000)
PARTS = ("clientDataJSON", "authenticatorData", "signature", "userHandle")


def test_a_malformed_answer_is_refused(ann: User) -> None:
    add(SecurityKey(verifies=True), passwordless=True, is_resident=True)
    client, second = browser(), browser()
    login_options(client)
    enter_password(second)
    for credential in MALFORMED:
        assert log_in(client, credential).headers["Location"] == "/admin/login/"
        code_options(second)
        assert enter_passkey(second, credential).status_code == 200
    assert not is_open(client)
    assert not is_open(second)


@pytest.mark.parametrize("value", [None, 5, "", "é", "=", "AAAA", "a" * 5_000, {}, []])
def test_an_answer_with_a_malformed_part_is_refused(ann: User, value: Any) -> None:
    key = SecurityKey(verifies=True)
    add(key, passwordless=True, is_resident=True)
    client = browser()
    for part in PARTS:
        credential = json.loads(key.signed(login_options(client), ann))
        credential["response"][part] = value
        assert log_in(client, json.dumps(credential)).headers["Location"] == "/admin/login/", part
        assert not is_open(client)


@pytest.mark.parametrize("cbor", MALFORMED_CBOR)
def test_malformed_cbor_is_refused(ann: User, cbor: bytes) -> None:
    key = SecurityKey(verifies=True)
    client = browser()
    for start in (bytes(32) + b"\x80" + bytes(4), bytes(32) + b"\x40" + bytes(22)):
        credential = json.loads(key.signed(login_options(client), ann))
        credential["response"]["authenticatorData"] = websafe_encode(start + cbor)
        assert log_in(client, json.dumps(credential)).headers["Location"] == "/admin/login/"
    assert SecurityEvent.objects.filter(kind="login_failed", detail="Wrong passkey.").count() == 2
    assert not is_open(client)


@pytest.mark.parametrize("attestation", [*MALFORMED_CBOR, b"\x01", b"\xa0", b"\xa1\x63fmt\x05"])
def test_a_key_with_malformed_cbor_is_not_added(ann: User, attestation: bytes) -> None:
    client, page = browser(), "/admin/second-factor/passkeys/add/"
    enter_password(client)
    credential = json.loads(SecurityKey(verifies=True).registered(options_of_new_key(client), is_resident=True))
    credential["response"]["attestationObject"] = websafe_encode(attestation)
    refused = client.post(page, {"credential": json.dumps(credential)})
    assert (refused.status_code, "Incorrect code." in refused.content.decode()) == (200, True)
    options_of_new_key(client)
    assert client.post(page, {"credential": "9" * 5_000}).status_code == 200
    assert not Authenticator.objects.exists()


def test_an_answer_of_a_login_that_cannot_exist_is_refused(ann: User) -> None:
    client = browser()
    for handle in ("z" * 13, "0", "-1", "0" * 5_000, "\x00", "é"):
        credential = json.loads(SecurityKey(verifies=True).signed(login_options(client), ann))
        credential["response"]["userHandle"] = websafe_encode(handle.encode())
        assert log_in(client, json.dumps(credential)).headers["Location"] == "/admin/login/", handle


@pytest.mark.parametrize("field", ["is_active", "is_staff"])
def test_who_is_no_longer_staff_is_refused(ann: User, field: str) -> None:
    key = SecurityKey(verifies=True)
    add(key, passwordless=True, is_resident=True)
    User.objects.update(**{field: False})
    client = browser()
    assert log_in(client, key.signed(login_options(client), ann)).headers["Location"] == "/admin/login/"
    assert not is_open(client)


def test_a_challenge_under_the_shared_key_is_not_accepted(ann: User) -> None:
    """A session from before each step had its own challenge can still contain one of the second factor."""
    key = SecurityKey(verifies=True)
    add(key, passwordless=True, is_resident=True)
    client = browser()
    enter_password(client)
    credential = key.signed(code_options(client), ann)
    session = client.session
    session["mfa.webauthn.state"] = session.pop(Step.SECOND_FACTOR)["state"]
    del session["account_login"]
    session.save()
    assert client.get("/admin/login/passkey/").headers["Location"] == "/admin/login/"
    assert challenges(client) == set()
    assert log_in(client, credential).headers["Location"] == "/admin/login/"
    assert not is_open(client)


def test_a_challenge_in_another_tab_does_not_close_the_session(ann: User) -> None:
    key = SecurityKey(verifies=True)
    add(key, passwordless=True, is_resident=True)
    client = browser()
    log_in(client, key.signed(login_options(client), ann))
    credential = key.signed(login_options(client), ann)
    assert log_in(client, credential).headers["Location"] == "/admin/"
    assert is_open(client)


@time_machine.travel(NOON, tick=False)
def test_challenges_are_limited_by_address() -> None:
    limit, minutes = PASSKEY_ATTEMPTS["address, for passkeys"]
    for _ in range(limit):
        assert Client().post("/admin/login/passkey/challenge/").status_code == 200
    refused = Client().post("/admin/login/passkey/challenge/")
    assert (refused.status_code, 1 <= int(refused.headers["Retry-After"]) <= minutes * 60) == (429, True)
    assert refused.json()["error"].startswith("Too many attempts. Wait")
    assert Session.objects.count() == limit
    answered = Client().post("/admin/login/passkey/", {"credential": '{"id": "AAAA"}'})
    assert (answered.status_code, "Too many attempts." in answered.content.decode()) == (429, True)
    assert Client(REMOTE_ADDR="192.0.2.2").post("/admin/login/passkey/challenge/").status_code == 200
    assert enter_password(browser()).status_code == 302, "passwords have limits of their own"
