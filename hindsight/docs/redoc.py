"""Redoc's script without a logo that it loads from another host."""

import gzip
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from drf_spectacular_sidecar import __file__ as sidecar

from hindsight.api.handlers import read_only

SCRIPT = Path(sidecar).parent / "static/drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js"
LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg"


@cache
def script() -> bytes:
    text = SCRIPT.read_text(encoding="utf-8")
    if LOGO not in text:
        raise ValueError("Redoc's script has changed: look for addresses of other hosts.")
    return text.replace(LOGO, "data:,").encode()


@cache
def compressed_script() -> bytes:
    return gzip.compress(script(), mtime=0)


@read_only
def redoc_script(request: HttpRequest) -> HttpResponse:
    is_compressed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(compressed_script() if is_compressed else script(), content_type="text/javascript")
    if is_compressed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = "public, max-age=86400"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
