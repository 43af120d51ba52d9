"""PgBouncer in transaction mode, as docs/operations.md describes. It has no wheel: the machine must have it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tools.harness.programs import Account, environment
from tools.harness.stores import StoreServer, running

SETTINGS = """\
[databases]
* = host={host} port={postgres_port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {directory}/users
pool_mode = transaction
max_prepared_statements = 200
ignore_startup_parameters = lock_timeout, statement_timeout, idle_in_transaction_session_timeout
default_pool_size = {sessions}
max_client_conn = 1000
query_wait_timeout = 3
"""


class PgBouncerMissingError(RuntimeError):
    """PgBouncer is not installed."""


@contextmanager
def pgbouncer(database_url: str, *, sessions: int) -> Iterator[str]:
    """Yields a DATABASE_URL. Raises PgBouncerMissingError, ServerError."""
    program = shutil.which("pgbouncer", path=environment()["PATH"])
    if program is None:
        raise PgBouncerMissingError("Install pgbouncer (Debian: pgbouncer).")
    url, account = urlsplit(database_url), Account.unprivileged()
    with account.directory() as directory:
        (directory / "users").write_text(f'"{url.username}" "{url.password or ""}"\n', encoding="utf-8")
        places = {"host": url.hostname, "postgres_port": url.port, "directory": directory, "sessions": sessions}

        def command(port: int) -> list[str]:
            config = directory / "pgbouncer.ini"
            config.write_text(SETTINGS.format(port=port, **places), encoding="utf-8")
            return [program, str(config)]

        pooled = url._replace(netloc=f"{url.netloc.rpartition(':')[0]}:{{port}}").geturl()
        with running(StoreServer(command, account, directory / "pgbouncer.log", pooled)) as server:
            yield server.url
