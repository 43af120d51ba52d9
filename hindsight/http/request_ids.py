import re
import secrets
from contextvars import ContextVar

WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,128}")

# An id is shown in logs of proxies and of ours. Keys of ours, JSON Web Tokens, and long random texts in base 62, 64 or 36,
# such as survey tokens and session keys. UUIDs, hexadecimal ids and ULIDs are not among them.
SECRET = re.compile(
    r"hsk_|whsec_|eyJ"
    r"|(?=[a-z0-9_-]*[A-Z])(?=[A-Z0-9_-]*[a-z])[A-Za-z0-9_-]{32}"
    r"|(?=[a-f0-9]*[g-z])[a-z0-9]{32}"
)

_current: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Empty outside a request."""
    return _current.get()


def begin_request(proposed: str | None) -> str:
    is_kept = proposed and WELL_FORMED.fullmatch(proposed) and not SECRET.search(proposed)
    request_id = proposed if proposed and is_kept else secrets.token_hex(16)
    _current.set(request_id)
    return request_id
