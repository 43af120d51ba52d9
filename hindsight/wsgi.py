"""The WSGI application, which Django's development server runs in `make dev`, and granian behind a `Gateway`."""

import logging
import os
from typing import Any

from django.conf import settings
from django.core.cache import close_caches
from django.core.handlers.base import reset_urlconf
from django.core.handlers.wsgi import WSGIRequest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import reset_queries

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hindsight.settings")
logging.captureWarnings(True)  # formats warnings like other log lines
# No log line has the thread, the process or the caller: https://docs.python.org/3/howto/logging.html#optimization
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
logging.logAsyncioTasks = False  # type: ignore[attr-defined]  # missing in typeshed
logging._srcfile = None


class Utf8Request(WSGIRequest):
    """Form data is UTF-8, whatever its charset: some Python codecs raise before a request object exists."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        super()._set_content_type_params(  # type: ignore[misc]  # missing in django-stubs
            {"CONTENT_TYPE": without_charset(meta.get("CONTENT_TYPE", ""))}
        )


def without_charset(content_type: str) -> str:
    media_type, *parameters = content_type.split(";")
    kept = [parameter for parameter in parameters if not parameter.strip().lower().startswith("charset")]
    return ";".join([media_type, *kept])


application = get_wsgi_application()
application.request_class = Utf8Request
# These receivers would do nothing. No cache has a connection to close. No request has a URLconf of its own. Queries are
# recorded only with DEBUG.
request_finished.disconnect(close_caches)
request_finished.disconnect(reset_urlconf)
if not settings.DEBUG:
    request_started.disconnect(reset_queries)

# Imported before the workers are forked, for a fast first request.
from hindsight import urls  # noqa: E402, F401  # needs the settings
from hindsight.db.configuration import set_timeouts  # noqa: E402
from hindsight.db.servers import announce_server  # noqa: E402
from hindsight.limits.callers import caller_of  # noqa: E402
from hindsight.metrics.database import DatabaseCollector  # noqa: E402
from hindsight.metrics.server import serve_metrics  # noqa: E402
from hindsight.server.gateway import Gateway  # noqa: E402
from interviews.paige.engines import preload  # noqa: E402

preload()


def create_gateway() -> Gateway:
    """Called in each web process."""
    set_timeouts()
    announce_server()
    if settings.METRICS_ADDRESS:
        serve_metrics(*settings.METRICS_ADDRESS, DatabaseCollector())
    waiting = settings.PAIGE_CONCURRENCY + settings.OIDC_CONCURRENCY + settings.RESOLVE_CONCURRENCY
    return Gateway(application, connections=settings.WEB_THREADS, waiting=waiting, caller_of=caller_of)
