"""What hindsight.wsgi changes in Django: charsets of requests, and receivers of signals."""

from importlib import import_module
from io import BytesIO
from typing import Any

import pytest
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache

from hindsight.limits.counters import DatabaseCounters, RedisCounters, SQLiteCounters


def status_of(path: str, content_type: str) -> int:
    """Calls the WSGI application directly and returns the status."""
    statuses: list[str] = []

    def start_response(status: str, headers: Any, exception: Any = None) -> Any:
        statuses.append(status)

    environ = {
        **{"REQUEST_METHOD": "POST", "PATH_INFO": path, "QUERY_STRING": "token=%ff&next=%e9"},
        **{"SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1"},
        **{"CONTENT_TYPE": content_type, "CONTENT_LENGTH": "6", "wsgi.input": BytesIO(b"a=%ff&"), "wsgi.errors": None},
        "wsgi.url_scheme": "http",
    }
    application = import_module("hindsight.wsgi").application  # takes 2 s: it loads the languages of Paige
    b"".join(application(environ, start_response))
    return int(statuses[0].split()[0])


@pytest.mark.django_db
# Python has codecs that are not text encodings, and codecs that always fail.
@pytest.mark.parametrize("charset", ["utf-8", "latin-1", "utf-16", "base64", "idna", "rot13", "undefined", "none", ""])
@pytest.mark.parametrize(("path", "status"), [("/survey", 404), ("/admin/login/", 403), ("/api/v1/interviews/1", 401)])
def test_charset_of_the_content_type_does_not_change_the_status(path: str, status: int, charset: str) -> None:
    assert status_of(path, f"application/x-www-form-urlencoded; Charset={charset}; x=y") == status


def test_no_cache_has_a_connection_to_close() -> None:
    classes: set[type[BaseCache]] = {DatabaseCounters, RedisCounters, SQLiteCounters, type(caches["default"])}
    assert {cache.close for cache in classes} == {BaseCache.close}
