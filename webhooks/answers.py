import re
from dataclasses import dataclass
from datetime import timedelta

from hindsight.http.outgoing import Response

MAX_BODY_BYTES = 2048
MAX_HEADERS, MAX_HEADER_CHARACTERS = 40, 200
KEPT = timedelta(days=7)
MASK = "(not kept)"

# Such as Set-Cookie, Authorization and X-Api-Key.
SECRET_HEADERS = re.compile("auth|cookie|credential|key|passw|secret|session|signature|token", re.IGNORECASE)
QUERY = re.compile(r"\?\S*")  # of the URL in Location, Link and others: it may have a token


@dataclass(frozen=True)
class Answer:
    """`headers`: a line each."""

    headers: str
    body: str


def answer_of(response: Response) -> Answer:
    shown = [f"{name}: {_shown(name, value)}" for name, value in response.headers.items()][:MAX_HEADERS]
    return Answer(_storable("\n".join(shown)), _storable(response.body[:MAX_BODY_BYTES].decode(errors="replace")))


def _shown(name: str, value: str) -> str:
    if SECRET_HEADERS.search(name):
        return MASK
    return QUERY.sub(f"?{MASK}", " ".join(value.split()))[:MAX_HEADER_CHARACTERS]


def _storable(text: str) -> str:
    """PostgreSQL refuses NUL and surrogates, which http.client may return for headers."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()
