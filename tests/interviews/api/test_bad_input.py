"""Every bad request gets the error envelope and the right code, and stores nothing."""

import json
from itertools import product
from typing import Any, NamedTuple

import pytest
from django.core.handlers.wsgi import LimitedStream
from django.test import Client

from interviews.models import InterviewRequest
from orgs.models import Change, Org
from tests.client import ApiClient
from tests.factories import InterviewTypeFactory

BOM = b"\xef\xbb\xbf"
MIB = 1024 * 1024


class Case(NamedTuple):
    """`mentions`: a part of the message that helps the integrator to find the error."""

    body: Any
    status: int
    code: str
    mentions: str


def bad(body: Any, mentions: str) -> Case:
    return Case(body, 400, "bad_request", mentions)


def nested(depth: int) -> bytes:
    """A body whose innermost array is `depth` levels below the body's object."""
    return b'{"contact_context": {"a": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}}"


BODIES = {
    # No fields
    "empty body": bad(b"", "No fields provided"),
    "empty object": bad({}, "at least one"),
    # Not JSON
    "not json": bad(b"contact_name=Alice", "invalid JSON"),
    "truncated": bad(b'{"objective": "x', "invalid JSON"),
    "trailing comma": bad(b'{"objective": "x",}', "invalid JSON"),
    "two values": bad(b'{"objective": "x"} {}', "Extra data"),
    "white space": bad(b"   ", "invalid JSON"),
    "line break in a string": bad(b'{"objective": "a\nb"}', "control character"),
    "byte order mark": bad(BOM + b'{"objective": "x"}', "Send UTF-8 without it"),
    "latin-1": bad('{"objective": "é"}'.encode("latin-1"), "UTF-8"),
    "utf-16": bad('{"objective": "x"}'.encode("utf-16"), "UTF-8"),
    "overlong utf-8": bad(b'{"objective": "\xc0\x80"}', "UTF-8"),
    "surrogate in utf-8": bad(b'{"objective": "\xed\xa0\x80"}', "UTF-8"),
    "NaN": bad(b'{"contact_context": {"a": NaN}}', "NaN"),
    "Infinity": bad(b'{"contact_context": {"a": Infinity}}', "Infinity"),
    "1e400": bad(b'{"contact_context": {"a": 1e400}}', "too large"),
    "10,000 digits": bad(b'{"contact_context": {"a": ' + b"9" * 10_000 + b"}}", "too many digits"),
    "the same key twice": bad(b'{"objective": "x", "objective": "y"}', "same key twice"),
    "the same key twice, deeper": bad(b'{"contact_context": {"a": 1, "a": 1}}', "same key twice"),
    "the same key twice, escaped": bad(b'{"contact_context": {"a": 1, "\\u0061": 1}}', "same key twice"),
    # JSON that cannot be stored
    "NUL in a text": bad(b'{"objective": "a\\u0000b"}', "NUL"),
    "NUL in an object": bad(b'{"contact_context": {"a": ["\\u0000"]}}', "NUL"),
    "NUL in a key": bad(b'{"contact_context": {"\\u0000": 1}}', "NUL"),
    "NUL in the name of a field": bad(b'{"\\u0000": 1}', "NUL"),
    "high surrogate": bad(b'{"objective": "\\ud800"}', "surrogate"),
    "low surrogate in a key": bad(b'{"contact_context": {"\\udc00": 1}}', "surrogate"),
    "surrogates in the wrong order": bad(b'{"contact_context": "\\udc00\\ud800"}', "surrogate"),
    "33 levels": bad(nested(32), "32 levels"),
    "100,000 objects": bad(b'{"contact_context": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001, "32 levels"),
    "100,000 levels, never closed": bad(b"[" * 100_000, "32 levels"),
    # Not an object
    "an array": bad([], "must be a JSON object"),
    "a string": bad("objective", "must be a JSON object"),
    "null": bad(b"null", "must be a JSON object"),
    # Unknown fields
    "a misspelled field": bad({"objectve": "x"}, "Did you mean objective?"),
    "a known and an unknown field": bad({"objective": "x", "context": "y"}, "context"),
    "a field of POST": bad({"deal_id": "x"}, "deal_id"),
    "the address": bad({"contact_email": "a@example.com"}, "POST /interviews/{id}/contact-email"),
    "the status": bad({"status": "sent"}, "POST /interviews/{id}/sent"),
    "the id": bad({"objective": "x", "interview_request_id": 1}, "interview_request_id"),
    "an empty name of a field": bad({"": "x"}, "Unknown field"),
    # Wrong types
    "context null": bad({"contact_context": None}, "not null"),
    "context array": bad({"contact_context": ["a"]}, "not an array"),
    "context number": bad({"contact_context": 1}, "not a number"),
    "name null": bad({"contact_name": None}, "not null"),
    "name number": bad({"contact_name": 5}, "not a number"),
    "name object": bad({"contact_name": {"first": "Alice"}}, "not an object"),
    "objective null": bad({"objective": None}, "not null"),
    "objective array": bad({"objective": []}, "not an array"),
    "objective object": bad({"objective": {}}, "not an object"),
    "one good, one bad": bad({"contact_context": "new", "objective": 1}, "objective"),
    # Wrong values
    "name empty": bad({"contact_name": ""}, "not blank"),
    "name blank": bad({"contact_name": " \t "}, "not blank"),
    "name of invisible characters": bad({"contact_name": "\u200b\u2060"}, "not blank"),
    "name of 256": bad({"contact_name": "x" * 256}, "at most 255"),
    "name on two lines": bad({"contact_name": "Alice\n**Paige:** hi"}, "one line"),
    "name with a control character": bad({"contact_name": "Al\x1bice"}, "one line"),
    "objective of 10,001": bad({"objective": "x" * 10_001}, "at most 10,000"),
    "context of 100,001": bad({"contact_context": "x" * 100_001}, "at most 100,000"),
    "context too long once serialised": bad({"contact_context": {"a": ["x"] * 20_000}}, "at most 100,000"),
    # Too large
    "a byte over 1 MiB": Case(b'"' + b"x" * (MIB - 1) + b'"', 413, "payload_too_large", "1 MiB"),
    "3 MiB": Case(b"x" * 3 * MIB, 413, "payload_too_large", "1 MiB"),
}


def stored() -> Any:
    return InterviewRequest.objects.values_list("contact__notes", "contact__name", "objective", "updated_at").get()


@pytest.mark.parametrize("case", BODIES.values(), ids=BODIES)
def test_a_bad_body_is_refused(acme_api: ApiClient, path: str, case: Case) -> None:
    before = stored()
    response = acme_api.patch(path, case.body)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (case.status, case.code)
    assert case.mentions in error["message"]
    assert stored() == before
    assert not Change.objects.exists()
    assert acme_api.patch(path, {"objective": "still serving"}).status_code == 200


def test_the_details_name_every_invalid_field(acme_api: ApiClient, path: str) -> None:
    body = {"contact_context": 1, "contact_name": "", "objective": None, "nonsense": True}
    details = acme_api.patch(path, body).json()["error"]["details"]
    assert {detail["field"] for detail in details} == set(body)


def test_the_maximum_depth_and_size_are_accepted(acme_api: ApiClient, path: str) -> None:
    assert acme_api.patch(path, nested(31)).status_code == 200
    largest = json.dumps({"objective": "x"}).encode().ljust(MIB)
    assert acme_api.patch(path, largest).status_code == 200


MEDIA_TYPES = {
    "application/json; charset=utf-8": 200,
    "application/json;charset=UTF-8": 200,
    "APPLICATION/JSON": 200,
    "application/x-www-form-urlencoded": 415,
    "multipart/form-data; boundary=x": 415,
    "text/plain": 415,
    "application/merge-patch+json": 415,
    "application/*": 415,
    "*/*": 415,
    "json": 415,
    "": 415,
}


@pytest.mark.parametrize(("media_type", "status"), MEDIA_TYPES.items())
def test_the_content_type_must_be_json(acme_api: ApiClient, path: str, media_type: str, status: int) -> None:
    response = acme_api.patch(path, {"objective": "new"}, Content_Type=media_type)
    assert response.status_code == status
    assert response.headers.get("Accept-Patch") == (None if status == 200 else "application/json")
    assert (stored()[2] == "new") == (status == 200)


def test_a_compressed_body_is_refused(acme_api: ApiClient, path: str) -> None:
    response = acme_api.patch(path, b"\x1f\x8b", Content_Encoding="gzip")
    assert (response.status_code, response.json()["error"]["code"]) == (415, "unsupported_media_type")
    assert "without Content-Encoding" in response.json()["error"]["message"]
    assert response.headers["Accept-Encoding"] == "identity"
    assert "Accept-Patch" not in response.headers


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*", "*/*;q=0", "nonsense", ""])
def test_the_response_is_json_regardless_of_accept(
    acme_api: ApiClient, interview_request: InterviewRequest, accept: str
) -> None:
    assert acme_api.get(f"/interviews/{interview_request.pk}?format=html", Accept=accept).status_code == 200
    assert acme_api.get("/interviews/0", Accept=accept).status_code == 404


IDS = ["0", "-1", "01", "1.0", "1e3", "abc", "9223372036854775808", "9" * 19, "9" * 20, "9" * 5000, "1%00", "%F0%28",
       "\u0661", "1 ", "null", "__proto__", "1;drop", "..", "%2e%2e", "*"]  # fmt: skip


@pytest.mark.parametrize("wrong", IDS)
def test_an_invalid_id_is_not_found(acme_api: ApiClient, path: str, wrong: str) -> None:
    response = acme_api.patch(f"/interviews/{wrong}", {"objective": "new"})
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
    assert stored()[2] == "Old objective"


PATHS = ["/", "", "/interviews/", "/interviews/{id}/", "/interviews/{id}/contact", "/interview/{id}",
         "/INTERVIEWS/{id}", "/interviews//{id}", "/../v1/interviews/{id}",
         "/interviews/{id}%2F", "/interviews/{id}%0A"]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path"),
    [*product(["GET", "PATCH"], PATHS), *product(["POST", "PUT", "DELETE", "OPTIONS"], ["/interviews/{id}/"])],
)
def test_an_unknown_path_is_not_found_and_never_redirected(
    acme_api: ApiClient, interview_request: InterviewRequest, method: str, path: str
) -> None:
    response = acme_api.send(method, path.format(id=interview_request.pk), {"objective": "new"})
    assert (response.status_code, response.json()["error"]["code"]) in [(404, "not_found"), (405, "method_not_allowed")]
    assert stored()[2] == "Old objective"


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", "/api", 404, None),
        ("GET", "/api/", 404, None),
        ("POST", "/api/schema", 405, "GET, HEAD"),
        ("OPTIONS", "/api/docs", 405, "GET, HEAD"),
    ],
)
def test_errors_outside_of_the_base_url_are_json(method: str, path: str, status: int, allowed: str | None) -> None:
    response = Client(enforce_csrf_checks=True).generic(method, path)
    code = "not_found" if status == 404 else "method_not_allowed"
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert response.headers.get("Allow") == allowed


def test_a_client_that_disconnects_during_its_body_logs_no_error(
    acme_api: ApiClient, path: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*arguments: object) -> bytes:
        raise OSError("gone")

    monkeypatch.setattr(LimitedStream, "read", fail)
    response = acme_api.patch(path, {"objective": "new"})
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_request")
    assert "Unexpected" not in caplog.text
    assert stored()[2] == "Old objective"


def test_many_unknown_fields_get_a_short_response(acme_api: ApiClient, path: str) -> None:
    body = {f"objectiv{'x' * 1000}{number}": 1 for number in range(500)}
    response = acme_api.patch(path, body)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_request")
    assert len(response.content) < 20_000
    assert stored()[2] == "Old objective"


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        *((method, {}) for method in ("PUT", "POST", "DELETE", "OPTIONS", "TRACE", "PURGE")),
        ("PUT", {"If_None_Match": '"1-1"'}),
        ("PUT", {"If_Match": '"1-1"'}),
    ],
)
def test_another_method_is_not_allowed(acme_api: ApiClient, path: str, method: str, headers: dict[str, str]) -> None:
    response = acme_api.send(method, path, {"objective": "new"}, **headers)
    assert (response.status_code, response.json()["error"]["code"]) == (405, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "PATCH"}
    assert stored()[2] == "Old objective"


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/interviews"), ("GET", "/interviews"), ("GET", "/interview-types")]
)
@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize("value", ["*", '"1-1"', ""])
def test_a_precondition_that_would_be_ignored_is_refused(
    acme_api: ApiClient, acme: Org, method: str, path: str, header: str, value: str
) -> None:
    body = {"contact_email": "jane@example.com", "interview_type_id": InterviewTypeFactory.create(org=acme).public_id}
    response = acme_api.send(method, path, body if method == "POST" else None, **{header: value})
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, "bad_request")
    assert error["message"].startswith(f"{header} works only with")
    assert not InterviewRequest.objects.exists()


def test_head_is_get_without_a_body(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    get = acme_api.client.get(
        f"/api/v1/interviews/{interview_request.pk}", headers={"Authorization": f"Bearer {acme_api.key}"}
    )
    head = acme_api.client.head(
        f"/api/v1/interviews/{interview_request.pk}", headers={"Authorization": f"Bearer {acme_api.key}"}
    )
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", get.headers["ETag"])
