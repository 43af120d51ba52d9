import re
import secrets
from contextvars import ContextVar

WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,128}")

_current: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Empty outside a request."""
    return _current.get()


def begin_request(proposed: str | None) -> str:
    request_id = proposed if proposed and WELL_FORMED.fullmatch(proposed) else secrets.token_hex(16)
    _current.set(request_id)
    return request_id
