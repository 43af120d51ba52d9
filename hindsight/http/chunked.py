"""Chunked request bodies for Django, which reads no body without a Content-Length and would see an empty PATCH."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication


class ChunkedBodies:
    """Gives a chunked body a length: one byte more than the limit, as far as it will be read to tell that it is over.

    Nothing is read here: who sends half a body and waits should have shown a key before anybody waits with them.
    """

    def __init__(self, application: "WSGIApplication") -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            environ["CONTENT_LENGTH"] = str(settings.MAX_BODY_BYTES + 1)
        return self.application(environ, start_response)
