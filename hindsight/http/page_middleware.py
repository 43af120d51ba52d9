"""Requests to the API skip the middleware between `PageMiddleware` and `EndOfPageMiddleware`, which only pages need.

Django still calls its `process_view` and `process_exception`, which are not part of the chain.
"""

import threading
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]

API = "/api/v1/"

# Django creates middleware from the last to the first, in one thread.
_new_chain = threading.local()


class PageMiddleware:
    """For the API, does what CommonMiddleware does for pages: refuses unknown hosts, and sets Content-Length."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.get_response_of_view: GetResponse = _new_chain.get_response
        # An allowed Host. Django would parse and compare it for each request.
        self.last_host: str | None = None

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(API):
            return self.get_response(request)
        host = request.META.get("HTTP_HOST")
        if host is None or host != self.last_host:
            self.last_host = request.get_host()  # raises DisallowedHost
        response = self.get_response_of_view(request)
        if isinstance(response, HttpResponse):  # it is not streamed
            response.headers["Content-Length"] = str(len(response.content))
        return response


class EndOfPageMiddleware:
    """Must be the last."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = _new_chain.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)
