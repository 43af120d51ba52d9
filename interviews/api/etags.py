"""Entity tags of interview requests. https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.utils.http import parse_etags

from interviews.api.serializers import InterviewRequestSerializer
from interviews.models import InterviewRequest


def etag_of(representation: dict[str, Any]) -> str:
    """Returns a hash of the representation that GET returns."""
    text = json.dumps(representation, sort_keys=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def if_match(header: str | None) -> Callable[[InterviewRequest], bool] | None:
    """Returns the precondition of If-Match, or None without the header. Weak and malformed tags never match."""
    if header is None:
        return None
    if header.strip() == "*":
        return lambda _: True
    tags = parse_etags(header)
    return lambda interview_request: etag_of(InterviewRequestSerializer(interview_request).data) in tags
