"""A browser without JavaScript."""

import html
import re
from typing import Any

from django.test import Client


class SurveyPage:
    def __init__(self, token: str) -> None:
        self.token = token
        self.client = Client(enforce_csrf_checks=True, raise_request_exception=False)

    def get(self, **headers: str) -> Any:
        return self.client.get("/survey", {"token": self.token}, headers=headers)

    def post(self, step: str, **fields: object) -> Any:
        """Returns the page after the redirect."""
        return self.submit(follow=True, step=step, **fields)

    def submit(self, *, follow: object = False, **fields: object) -> Any:
        """Returns the response to the form."""
        form = {"token": self.token, **fields}
        return self.client.post("/survey", form, headers={"Origin": "null"}, follow=bool(follow))


def visible(response: Any) -> str:
    """The text of the page, without tags."""
    text = response.content.decode()
    return html.unescape(re.sub(r"<[^>]+>", " ", text))


def boxes(response: Any) -> list[str]:
    """The texts of the editable boxes."""
    found = re.findall(r"<textarea id=[^>]*>\n(.*?)</textarea>", response.content.decode(), re.DOTALL)
    return [html.unescape(text) for text in found]


def said(response: Any) -> list[str]:
    """The answers that the recap lists."""
    found = re.findall(r'<p class="said[^>]*>(.*?)</p>', response.content.decode(), re.DOTALL)
    return [html.unescape(text) for text in found]


def opened(response: Any) -> list[str]:
    """The numbers of the questions whose answers are being changed."""
    return re.findall(r'<details class="edit" open>.*?name="answer-(\d+)"', response.content.decode(), re.DOTALL)


def unsaved_texts(response: Any) -> list[str]:
    """The texts that the page shows again because they were not saved."""
    found = re.findall(r"<textarea readonly[^>]*>\n(.*?)</textarea>", response.content.decode(), re.DOTALL)
    return [html.unescape(text) for text in found]
