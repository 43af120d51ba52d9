from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.serializers import Serializer

RENDERER = JSONRenderer()


class Response(HttpResponse):
    """Renders its body at once. REST framework's Response is a template response, which takes twice the time."""

    def __init__(self, body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(RENDERER.render(body), RENDERER.media_type, status=status, headers=headers)


def response_unless_known(request: Request, etag: str, body: Callable[[], Any]) -> HttpResponseBase:
    """304 without a body if If-None-Match has the ETag."""
    if not_modified := get_conditional_response(request._request, etag=etag):
        not_modified.headers["ETag"] = etag
        return not_modified
    return Response(body(), headers={"ETag": etag})


def body_of(declared: type[Serializer[Any]], row: object) -> dict[str, Any]:
    """Reads an attribute of the row for each declared field. REST framework takes four times as long."""
    return {name: getattr(row, name) for name in _fields_of(declared)}


@cache
def _fields_of(declared: type[Serializer[Any]]) -> tuple[str, ...]:
    return tuple(declared().fields)
