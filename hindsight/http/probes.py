"""Whether the server runs, and whether it is ready for requests."""

from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

from hindsight import __version__
from hindsight.http.logs import PROBES
from hindsight.http.middleware import GetResponse

# "on" or "off". Fails in an empty database, such as a new file in place of a deleted one.
IS_READ_ONLY = {
    "postgresql": "SELECT current_setting('transaction_read_only') FROM django_migrations LIMIT 1",
    "sqlite": "SELECT 'off' FROM django_migrations LIMIT 1",
}


class ProbeMiddleware:
    """Must be before the checks of scheme and host: probes use plain HTTP and an IP address as Host."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info not in PROBES:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        text, status = readiness() if request.path_info == "/readyz" else (f"ok {__version__}", 200)
        headers = {"Cache-Control": "no-store"}
        return HttpResponse(f"{text}\n", status=status, content_type="text/plain", headers=headers)


def readiness() -> tuple[str, int]:
    try:
        with connection.cursor() as cursor:
            cursor.execute(IS_READ_ONLY[connection.vendor])
            is_read_only = cursor.fetchone() != ("off",)
    except DatabaseError:
        return "the database is unavailable", 503
    return ("the database is read-only", 503) if is_read_only else ("ok", 200)
