"""A client may call its text what it likes: Python knows codecs that are none of text, and some that fail."""

from io import BytesIO
from typing import Any

import pytest

from hindsight.wsgi import application


def status_of(path: str, content_type: str) -> int:
    """What the server is told, by the very entry point that it calls."""
    statuses: list[str] = []

    def start_response(status: str, headers: Any, exception: Any = None) -> Any:
        statuses.append(status)

    environ = {
        **{"REQUEST_METHOD": "POST", "PATH_INFO": path, "QUERY_STRING": "token=%ff&next=%e9"},
        **{"SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1"},
        **{"CONTENT_TYPE": content_type, "CONTENT_LENGTH": "6", "wsgi.input": BytesIO(b"a=%ff&"), "wsgi.errors": None},
        "wsgi.url_scheme": "http",
    }
    b"".join(application(environ, start_response))
    return int(statuses[0].split()[0])


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["utf-8", "latin-1", "utf-16", "base64", "idna", "rot13", "undefined", "none", ""])
@pytest.mark.parametrize(("path", "status"), [("/survey", 404), ("/admin/login/", 403), ("/api/v1/interviews/1", 401)])
def test_any_charset_is_answered(path: str, status: int, charset: str) -> None:
    assert status_of(path, f"application/x-www-form-urlencoded; Charset={charset}; x=y") == status
