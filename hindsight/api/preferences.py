"""The header Prefer. https://www.rfc-editor.org/rfc/rfc7240"""

import re

from rest_framework.request import Request

from hindsight.api.operations import header

REPRESENTATION = "return=representation"

PREFER = header(
    "Prefer",
    {"type": "string"},
    f"`{REPRESENTATION}`: the response also has the members that the response to a POST has.",
    example=REPRESENTATION,
)
PREFERENCE_APPLIED = header(
    "Preference-Applied", str, f"`{REPRESENTATION}` if you asked for it in Prefer.", response=[200]
)

_RETURN = re.compile(r'(?:^|,)\s*return\s*=\s*"?([^",;\s]*)', re.IGNORECASE)


def prefers_representation(request: Request) -> bool:
    """The first `return` counts. Other preferences are ignored, as the RFC demands."""
    preference = _RETURN.search(request.headers.get("Prefer", ""))
    return preference is not None and preference[1] == "representation"
