import re
import secrets
from contextvars import ContextVar

WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,128}")

# Ids stand in our logs and in those of proxies. A secret is a key of ours, a JSON Web Token, or 32 random characters in
# base 62, 64 or 36, such as a survey token or a session key. UUIDs, hexadecimal ids and ULIDs do not match.
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
