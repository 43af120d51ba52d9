"""Pages of staff show texts of contacts and customers, in which no character may imitate or reorder other text."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from hindsight.text.visible import FORGING, visible

PAGES = "/admin/"
# Form fields keep the stored text: it is sent back. A text area is a paragraph of its own for bidirectional controls.
NOT_TEXT = re.compile(r"(<textarea\b.*?</textarea>|<[^>]*>)", re.DOTALL)


class VisibleTextMiddleware:
    """For whole pages, so that none can forget it. Must be inside CommonMiddleware, which sets Content-Length."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.path_info.startswith(PAGES) and isinstance(response, HttpResponse) and _is_html(response):
            page = response.content.decode()
            if FORGING.search(page):
                response.content = visible_html(page).encode()
        return response


def visible_html(page: str) -> str:
    parts = NOT_TEXT.split(page)
    return "".join(part if index % 2 else visible(part) for index, part in enumerate(parts))


def _is_html(response: HttpResponse) -> bool:
    return response.headers.get("Content-Type", "").startswith("text/html")
