from hindsight.db.postgresql.limits import limit_sessions
from hindsight.http.server import Server
from hindsight.wsgi import application


def create_server(*, threads: int) -> Server:
    """Called once in each worker process."""
    limit_sessions()
    return Server(application, threads=threads)
