import gzip
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.cache import patch_vary_headers
from drf_spectacular_sidecar import __file__ as sidecar

from hindsight.api.handlers import read_only
from hindsight.api.schema import description
from hindsight.docs.guide import PAGES, guide, guide_markdown, pages
from hindsight.http.middleware import CSP_HEADER, content_security_policy

View = Callable[[HttpRequest], HttpResponse]

REDOC = Path(sidecar).parent / "static/drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js"
LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg"


def guide_page(file: str) -> View:
    def page(request: HttpRequest) -> HttpResponse:
        return render(request, "docs/guide.html", {"guide": guide(file), "pages": pages()})

    return read_only(page)


def guide_text(file: str) -> View:
    return read_only(lambda request: text_response(guide_markdown(file)))


def guide_urls() -> Iterator[URLPattern]:
    for file, (url, _, _) in PAGES.items():
        yield path(url, guide_page(file), name=file)
        yield path(f"{url}.md", guide_text(file))


def page(template: str) -> View:
    return read_only(lambda request: render(request, template))


@read_only
def reference(request: HttpRequest) -> HttpResponse:
    # Redoc needs inline styles, and starts its search worker from a blob URL.
    page = render(request, "docs/reference.html")
    page.headers[CSP_HEADER] = content_security_policy(style_src="'self' 'unsafe-inline'", worker_src="blob:")
    return page


@cache
def redoc() -> bytes:
    """Without a logo that it loads from another host."""
    text = REDOC.read_text(encoding="utf-8")
    if LOGO not in text:
        raise ValueError("Redoc's script has changed: look for addresses of other hosts.")
    return text.replace(LOGO, "data:,").encode()


@cache
def compressed_redoc() -> bytes:
    return gzip.compress(redoc(), mtime=0)


@read_only
def redoc_script(request: HttpRequest) -> HttpResponse:
    is_compressed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(compressed_redoc() if is_compressed else redoc(), content_type="text/javascript")
    if is_compressed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = "public, max-age=86400"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def llms_txt(request: HttpRequest) -> HttpResponse:
    """https://llmstxt.org"""
    base = settings.PUBLIC_BASE_URL
    guides = "\n".join(f"- [{page.name}]({base}{page.url}.md): {page.about}" for page in pages())
    text = f"""# {description()["info"]["title"]}

> {description()["info"]["description"]}

## Docs

{guides}
- [OpenAPI 3.1]({base}{reverse("schema")}): every endpoint, field and error code; JSON with `Accept: application/json`
- [API reference in HTML]({base}{reverse("reference")}): for people
"""
    return text_response(text)


def text_response(text: str) -> HttpResponse:
    """Browsers download text/markdown."""
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
