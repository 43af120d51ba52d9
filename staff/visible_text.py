"""Pages of staff, and reports for others, show texts in which no character may imitate or reorder other text."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from hindsight.text.visible import FORGING, visible

PAGES = ("/admin/", "/reports/")
# Form fields keep the stored text: it is sent back. A text area is a paragraph of its own for bidirectional controls.
NOT_TEXT = re.compile(r"(<textarea\b.*?</textarea>|<[^>]*>)", re.DOTALL)


def visible_text(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """A middleware, so that no page can omit it. Must be inside CommonMiddleware, which sets Content-Length."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.path_info.startswith(PAGES) and isinstance(response, HttpResponse):
            is_html = response.headers.get("Content-Type", "").startswith("text/html")
            if is_html and FORGING.search(page := response.content.decode()):
                response.content = visible_html(page).encode()
        return response

    return respond


def visible_html(page: str) -> str:
    parts = NOT_TEXT.split(page)
    return "".join(part if index % 2 else visible(part) for index, part in enumerate(parts))
