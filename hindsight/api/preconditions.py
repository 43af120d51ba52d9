"""The headers If-Match and If-None-Match, and Prefer.

https://www.rfc-editor.org/rfc/rfc9110#section-13.1, https://www.rfc-editor.org/rfc/rfc7240
"""

import re
from collections.abc import Callable, Collection
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from hindsight.api.errors import BadRequest
from hindsight.api.json_bodies import Response
from hindsight.api.operations import header

_STRONG = r'"[\x21\x23-\x7e\x80-\xff]*"'
_SEPARATOR = r"[ \t]*,[ \t]*"
_STRONG_TAGS = re.compile(rf"{_STRONG}(?:{_SEPARATOR}{_STRONG})*")
_TAGS = re.compile(rf"(?:W/)?{_STRONG}(?:{_SEPARATOR}(?:W/)?{_STRONG})*")

REPRESENTATION = "return=representation"
_RETURN = re.compile(r'(?:^|,)\s*return\s*=\s*"?([^",;\s]*)', re.IGNORECASE)

PREFER = header(
    "Prefer",
    {"type": "string"},
    f"`{REPRESENTATION}`: the response also has the members that the response to a POST has.",
    example=REPRESENTATION,
)
PREFERENCE_APPLIED = header(
    "Preference-Applied", str, f"`{REPRESENTATION}` if you asked for it in Prefer.", response=[200]
)

IF_MATCH_SCHEMA = {"type": "string", "pattern": r'^(\*|"[!#-~]*"( *, *"[!#-~]*")*)$'}

HOW_TO_SEND = 'Send the ETag of an earlier response unchanged, with its quotation marks, such as "7-3-2".'


def refuse_preconditions(request: Request, *, if_match: Collection[str], if_none_match: Collection[str]) -> None:
    """Raises BadRequest if a precondition would be ignored: its sender relies on it."""
    tags = request.META.get("HTTP_IF_NONE_MATCH")
    if tags is not None:
        if request.method not in if_none_match:
            raise BadRequest(
                "If-None-Match works only with GET of one object. Remove the header; to update a known version, send "
                "If-Match with PATCH or PUT. To create an object only once, send Idempotency-Key with POST."
            )
        if tags.strip() == "*":
            raise BadRequest("If-None-Match: * can never return an object. Send the ETag of an earlier response.")
    if "HTTP_IF_MATCH" in request.META and request.method not in if_match:
        raise BadRequest(
            "If-Match works only with PATCH and POST of one interview request, and with PUT of a deal. Remove the "
            "header; to ask for changes, send If-None-Match with GET."
        )


def strong_tags(if_match: str | None) -> list[str] | None:
    """Removes the quotation marks. Returns None for any version. Raises BadRequest."""
    if if_match is None or if_match.strip() == "*":
        return None
    value = if_match.strip()
    if _STRONG_TAGS.fullmatch(value):
        return [tag[1:-1] for tag in re.findall(_STRONG, value)]
    if not value:
        raise BadRequest(f"If-Match is empty. {HOW_TO_SEND} Without If-Match, the last write wins.")
    if _TAGS.fullmatch(value):
        raise BadRequest(
            "If-Match needs a strong ETag, without W/. A proxy that compresses responses may have added it: turn off "
            "compression, or send Accept-Encoding: identity with the GET."
        )
    if '"' not in value:
        raise BadRequest(f"If-Match has no quotation marks. {HOW_TO_SEND}")
    raise BadRequest(f"If-Match is malformed. {HOW_TO_SEND} Separate several ETags with commas.")


def response_unless_known(request: Request, etag: str, body: Callable[[], Any]) -> HttpResponseBase:
    """304 without a body if If-None-Match has the ETag."""
    if not_modified := get_conditional_response(request._request, etag=etag):
        not_modified.headers["ETag"] = etag
        return not_modified
    return Response(body(), headers={"ETag": etag})


def if_none_match(example: str) -> OpenApiParameter:
    text = "An earlier ETag. If nothing has changed since, the response is 304 without a body."
    return header("If-None-Match", str, text, example=example)


def prefers_representation(request: Request) -> bool:
    """The first `return` counts. Other preferences are ignored, as the RFC demands."""
    preference = _RETURN.search(request.headers.get("Prefer", ""))
    return preference is not None and preference[1] == "representation"


def refuse_body(request: Request) -> None:
    """Raises BadRequest if fields would be ignored."""
    if request._request.body.strip() not in (b"", b"{}"):
        raise BadRequest("This request has no fields. Send it without a body.")
