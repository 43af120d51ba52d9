"""The base of the API's views, and the views that belong to no resource."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from rest_framework.views import APIView

from hindsight.api.errors import MethodNotAllowed
from hindsight.api.rate_limits import OrgThrottle


class ApiView(APIView):
    """A view for customers' systems. Who subclasses it names the authentication."""

    throttle_classes = [OrgThrottle]
    http_method_names = ["get", "head", "post", "patch"]

    def http_method_not_allowed(self, request, *args, **kwargs):  # type: ignore[no-untyped-def]
        raise MethodNotAllowed(request.method, ", ".join(self.allowed_methods))


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process serves."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 while the database answers, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("the database is away\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")
