from collections.abc import Callable

from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

from hindsight import __version__

# "on" or "off". Fails in an empty database, such as a new file in place of a deleted one.
IS_READ_ONLY = {
    "postgresql": "SELECT current_setting('transaction_read_only') FROM django_migrations LIMIT 1",
    "sqlite": "SELECT 'off' FROM django_migrations LIMIT 1",
}


def liveness() -> HttpResponse:
    return _text_response(f"ok {__version__}")


def readiness() -> HttpResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute(IS_READ_ONLY[connection.vendor])
            is_read_only = cursor.fetchone() != ("off",)
    except DatabaseError:
        return _text_response("the database is unavailable", 503)
    return _text_response("the database is read-only", 503) if is_read_only else _text_response("ok")


PROBES: dict[str, Callable[[], HttpResponse]] = {"/healthz": liveness, "/readyz": readiness}


def is_probe(request: HttpRequest) -> bool:
    return request.path_info in PROBES


class ProbeMiddleware:
    """Must be before the checks of scheme and host: probes use plain HTTP and an IP address as Host."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_probe(request):
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return PROBES[request.path_info]()


def _text_response(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain", headers={"Cache-Control": "no-store"})
