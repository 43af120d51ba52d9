from importlib.util import find_spec
from typing import cast

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from hindsight.api.errors import NotFound
from hindsight.api.throttling import ANY_SCOPE
from hindsight.api.views import ApiView
from hindsight.mcp.api import Body

NOT_INSTALLED = "MCP is not available on this server. Its operator has to install requirements/mcp.txt."

# What a request to the API has of the request to this view.
KEPT = ("HTTP_AUTHORIZATION", "HTTP_HOST", "REMOTE_ADDR", "SERVER_NAME", "SERVER_PORT", "wsgi.url_scheme")


class McpView(ApiView):
    """One message of the Model Context Protocol. A client with any scope may send it: the API checks the scope."""

    scope = ANY_SCOPE
    schema = None  # not an operation of the REST API

    def get_throttles(self) -> list[BaseThrottle]:
        """The API counts its own requests, and refuses them in a result that a model can read."""
        calls_tool = cast(Body, self.request.data).get("method") == "tools/call"
        return [] if calls_tool else super().get_throttles()

    def post(self, request: Request) -> HttpResponse:
        if find_spec("mcp") is None:
            raise NotFound(NOT_INSTALLED)
        from hindsight.mcp.server import respond  # imports the SDK

        environ = {name: request.META[name] for name in KEPT if name in request.META}
        return respond(request._request, environ, cast(Body, request.data))
