from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from hindsight.api.schema import description


def llms_txt(request: HttpRequest) -> HttpResponse:
    """See https://llmstxt.org."""
    base = settings.PUBLIC_BASE_URL
    text = f"""# {description()["info"]["title"]}

> {description()["info"]["description"]}

## Docs

- [API guide]({base}{reverse("docs-markdown")}): how to use the API, with samples in curl, Python and TypeScript
- [OpenAPI 3.1]({base}{reverse("schema")}): every endpoint, field and error code; JSON with `Accept: application/json`
- [API reference in HTML]({base}{reverse("reference")}): for people
"""
    return text_response(text)


def text_response(text: str) -> HttpResponse:
    """Returns text/plain: browsers download text/markdown."""
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
