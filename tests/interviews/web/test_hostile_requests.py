"""Malformed and hostile requests get a readable page, and store nothing."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from interviews.lifecycle import Speaker
from interviews.models import Turn
from tests.interviews.web.client import SurveyPage, visible

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"


def send(method: str, body: bytes, content_type: str, query: str = "") -> Any:
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    return client.generic(method, f"/survey{query}", body, content_type)


def part(name: str, value: bytes, more: str = "") -> bytes:
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + value + b"\r\n"


BODIES = {
    "empty": (b"", FORM),
    "not a form": (b"{}", "application/json"),
    "no content type": (b"TOKEN", ""),
    "a form in another charset": (b"TOKEN&step=answer&number=2&text=x", f"{FORM}; charset=utf-16"),
    "too many fields": (b"TOKEN&" + b"&".join(b"a%d=" % number for number in range(2000)), FORM),
    "too large": (b"TOKEN&step=answer&number=1&text=" + b"x" * 1_048_577, FORM),
    "a file that is too large": (part("f", b"x" * 1_100_000, '; filename="f"') + b"--x--\r\n", MULTIPART),
    "too many files": (b"".join(part(f"f{n}", b"x", '; filename="f"') for n in range(200)) + b"--x--\r\n", MULTIPART),
    "a truncated form": (part("token", b"TOKEN") + b"--", MULTIPART),
    "no boundary": (b"--x", "multipart/form-data"),
    "an invalid boundary": (b"--x", "multipart/form-data; boundary=\xff"),
    "an invalid transfer encoding": (
        part("token", b"!").replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n") + b"--x--\r\n",
        MULTIPART,
    ),
    "no number": (b"TOKEN&step=answer&text=x", FORM),
    "a number in words": (b"TOKEN&step=answer&number=one&text=x", FORM),
    "a digit of another script": ("TOKEN&step=answer&number=\N{ARABIC-INDIC DIGIT ONE}&text=x".encode(), FORM),
    "a negative number": (b"TOKEN&step=answer&number=-1&text=x", FORM),
    "a number of 100,000 digits": (b"TOKEN&step=answer&text=x&number=" + b"9" * 100_000, FORM),
    "corrections of unknown questions": (
        b"TOKEN&step=send&answer-=x&answer-x=y&answer-%00=z&answer-99999999999999=a",
        FORM,
    ),
    "an unknown step": (b"TOKEN&step=__class__&number=1&text=x", FORM),
    "a skip of an unknown question": (b"TOKEN&step=skip&number=4444", FORM),
    "NUL everywhere": (b"TOKEN&step=answer%00&number=1%00&text=%00", FORM),
    "a NUL in the text": (b"TOKEN&step=answer&number=1&text=a%00b", FORM),
    "half a surrogate pair": (b"TOKEN&step=answer&number=2&text=%ed%a0%80", FORM),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_malformed_form_gets_a_page_and_stores_nothing(asked: SurveyPage, name: str) -> None:
    body, content_type = BODIES[name]
    body = body.replace(b"TOKEN", urlencode({"token": asked.token}).encode())
    response = send("POST", body, content_type, query="?token=%ff&a")
    assert response.status_code in (303, 400, 404, 409, 413, 422)
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.status_code == 303 or "Hindsight interviews" in visible(response)
    assert not Turn.objects.filter(speaker=Speaker.CONTACT).exists()
    assert asked.get().status_code == 200


def test_invalid_utf8_is_stored_as_replacement_characters(asked: SurveyPage) -> None:
    body = urlencode({"token": asked.token, "step": "answer", "number": 1}).encode() + b"&text=caf%e9"
    assert send("POST", body, FORM).status_code == 303
    assert Turn.objects.get(number=2).text == "caf\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    "query", ["?token=%ff%fe", "?token", "?token=a&token=b", "?" + "&".join(["a=b"] * 2000), f"?{'&' * 2000}"]
)
def test_a_hostile_link_gets_an_error_page(db: None, query: str) -> None:
    response = send("GET", b"", "", query)
    assert response.status_code in (400, 404)
    assert "Hindsight interviews" in visible(response)
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_a_body_that_is_too_large_gets_an_explanation(asked: SurveyPage) -> None:
    body, content_type = BODIES["too large"]
    response = send("POST", body, content_type)
    assert response.status_code == 413
    assert "Your text is too large to send. An answer can have up to 10,000 characters." in visible(response)


def test_head_is_get_without_a_body(page: SurveyPage) -> None:
    response = page.client.head(f"/survey?token={page.token}")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_other_methods_are_refused(page: SurveyPage, method: str) -> None:
    response = send(method, b"", "", f"?token={page.token}")
    assert response.status_code == 405
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))
