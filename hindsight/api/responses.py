from collections.abc import Mapping
from functools import cache
from typing import Any

from django.http import HttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.serializers import Serializer

RENDERER = JSONRenderer()


class Response(HttpResponse):
    """Renders its body at once. REST framework's Response is a template response, which takes twice the time."""

    def __init__(self, body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(RENDERER.render(body), RENDERER.media_type, status=status, headers=headers)


def body_of(declared: type[Serializer[Any]], row: object) -> dict[str, Any]:
    """Reads an attribute of the row for each declared field. REST framework takes four times as long."""
    return {name: getattr(row, name) for name in _fields_of(declared)}


@cache
def _fields_of(declared: type[Serializer[Any]]) -> tuple[str, ...]:
    return tuple(declared().fields)
