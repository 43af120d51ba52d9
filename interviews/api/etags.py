"""Entity tags: which version of an interview request a client has read. https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.utils.http import parse_etags

from interviews.api.serializers import InterviewRequestSerializer
from interviews.models import InterviewRequest


def etag_of(representation: dict[str, Any]) -> str:
    """Of what GET shows: it changes when the request or its contact does, and not otherwise."""
    text = json.dumps(representation, sort_keys=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def if_match(header: str | None) -> Callable[[InterviewRequest], bool] | None:
    """The precondition that an If-Match header states; None where there is none.

    Weak tags never match here, and neither does a header that cannot be read: an update that was meant to be safe
    must not go through unchecked.
    """
    if header is None:
        return None
    if header.strip() == "*":
        return lambda _: True
    tags = parse_etags(header)
    return lambda request: etag_of(InterviewRequestSerializer(request).data) in tags
