from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from hindsight.api.handlers import read_only
from hindsight.api.schema import description
from hindsight.docs.guide import guide, guide_markdown
from hindsight.http.csp import HEADER, policy

GUIDE, HAND_OFFS = "api.md", "hand-offs.md"


@read_only
def docs(request: HttpRequest) -> HttpResponse:
    return guide_page(request, GUIDE)


@read_only
def docs_markdown(request: HttpRequest) -> HttpResponse:
    return text_response(guide_markdown(GUIDE))


@read_only
def hand_offs(request: HttpRequest) -> HttpResponse:
    return guide_page(request, HAND_OFFS)


@read_only
def hand_offs_markdown(request: HttpRequest) -> HttpResponse:
    return text_response(guide_markdown(HAND_OFFS))


@read_only
def reference(request: HttpRequest) -> HttpResponse:
    # Redoc needs inline styles, and starts its search worker from a blob URL.
    page = render(request, "docs/reference.html")
    page.headers[HEADER] = policy(style_src="'self' 'unsafe-inline'", worker_src="blob:")
    return page


@read_only
def try_it(request: HttpRequest) -> HttpResponse:
    return render(request, "docs/try.html")


@read_only
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "docs/home.html")


def llms_txt(request: HttpRequest) -> HttpResponse:
    """https://llmstxt.org"""
    base = settings.PUBLIC_BASE_URL
    text = f"""# {description()["info"]["title"]}

> {description()["info"]["description"]}

## Docs

- [API guide]({base}{reverse("docs-markdown")}): how to use the API, with samples in curl, Python and TypeScript
- [Hand-offs]({base}{reverse("hand-offs-markdown")}): programs for Salesforce, HubSpot, Slack and n8n
- [OpenAPI 3.1]({base}{reverse("schema")}): every endpoint, field and error code; JSON with `Accept: application/json`
- [API reference in HTML]({base}{reverse("reference")}): for people
"""
    return text_response(text)


def guide_page(request: HttpRequest, file: str) -> HttpResponse:
    return render(request, "docs/guide.html", {"guide": guide(file), "markdown": f"{request.path}.md"})


def text_response(text: str) -> HttpResponse:
    """Browsers download text/markdown."""
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
