from django.conf import settings

from hindsight.db.configuration import set_timeouts
from hindsight.db.servers import announce_server
from hindsight.limits.callers import caller_of
from hindsight.metrics.database import DatabaseCollector
from hindsight.metrics.server import serve_metrics
from hindsight.server.gateway import Gateway
from hindsight.wsgi import application


def create_gateway(*, threads: int) -> Gateway:
    set_timeouts()
    announce_server()
    if settings.METRICS_ADDRESS:
        serve_metrics(*settings.METRICS_ADDRESS, DatabaseCollector())
    waiting = settings.PAIGE_CONCURRENCY + settings.OIDC_CONCURRENCY + settings.RESOLVE_CONCURRENCY
    return Gateway(application, connections=threads, waiting=waiting, caller_of=caller_of)
