"""Request bodies: the size limit, and chunked bodies for Django."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

MAX_BODY_BYTES = 1024 * 1024
"""The largest request body, in bytes. A line of an imported file has the same limit."""


class ChunkedBodies:
    """Sets CONTENT_LENGTH of a chunked request to the limit + 1, so that Django reads the body and can refuse it.

    Django reads no body without CONTENT_LENGTH. The body is not read here but after authentication, so that a slow
    client without a valid key cannot hold a worker.
    """

    def __init__(self, application: "WSGIApplication") -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            environ["CONTENT_LENGTH"] = str(MAX_BODY_BYTES + 1)
        return self.application(environ, start_response)
