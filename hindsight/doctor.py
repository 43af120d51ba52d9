"""Each check must work while any service is unavailable."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from django.conf import settings
from django.core import checks
from django.db import Error as DatabaseError
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor

from hindsight import __version__
from hindsight.db.upgrades import upgrade_of
from hindsight.limits.counters import counters

TRIGRAMS = """
    SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm'),
           EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm'),
           has_database_privilege(current_database(), 'CREATE')
"""


class Fault(Exception):
    """Each argument is a problem and how to fix it."""


@dataclass(frozen=True)
class Finding:
    ok: bool
    name: str
    text: str


def version() -> str:
    return __version__


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            if connection.vendor == "postgresql":
                _check_extension(cursor)
        version = ".".join(map(str, connection.get_database_version()))
    except DatabaseError as error:
        raise Fault(f"{_first_line(error)}. Start the server, or correct DATABASE_URL.") from None
    return f"{connection.display_name} {version}"


def _check_extension(cursor: CursorWrapper) -> None:
    """Migrations create it, if they may."""
    cursor.execute(TRIGRAMS)
    is_created, is_packaged, may_create = cursor.fetchone()
    if not is_created and not is_packaged:
        raise Fault("The extension pg_trgm is not installed. On Debian, it is in the package postgresql-contrib.")
    if not is_created and not may_create:
        raise Fault(
            "The extension pg_trgm is missing, and this role may not create it. Let a superuser of PostgreSQL run "
            "`CREATE EXTENSION pg_trgm` in the database."
        )


def migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise not_checked(error) from None
    if pending:
        raise Fault(f"{len(pending)} not applied ({upgrade_of(pending)}). Run `manage.py migrate`.")
    return "all applied"


def rate_limits() -> str:
    store = counters()
    try:
        store.hit("doctor", 1)
    except store.failures as error:
        remedy = "Start Redis, or correct REDIS_URL" if settings.REDIS_URL else "Fix the database"
        raise Fault(f"{_first_line(error)}. Requests are not counted. {remedy}.") from None
    return f"counted in {'Redis' if settings.REDIS_URL else connection.display_name}"


def static_files() -> str:
    if settings.STATIC_ROOT is None:
        return "served from the packages (development)"
    if not (settings.STATIC_ROOT / "staticfiles.json").exists():
        raise Fault("Not collected. Run `manage.py collectstatic --no-input`.")
    return "collected"


def proxies() -> str:
    if settings.TRUSTED_PROXIES:
        return f"{', '.join(map(str, settings.TRUSTED_PROXIES))} may set the client address and the scheme"
    if settings.SECURE_SSL_REDIRECT:
        return "none trusted. Behind a proxy, set TRUSTED_PROXIES, otherwise every request counts as plain HTTP"
    return "none trusted"


def metrics() -> str:
    if settings.METRICS_ADDRESS is None:
        return "not served"
    host, port = settings.METRICS_ADDRESS
    warning = "" if ip_address(host).is_loopback else ". Whoever reaches it can read them: it must not be public"
    return f"served at {host}, port {port}{warning}"


def system_checks() -> str:
    messages = checks.run_checks(include_deployment_checks=not settings.DEVELOPMENT)
    faults = [
        f"{message.id}: {message.msg} {message.hint or ''}".strip()
        for message in messages
        if message.level >= checks.WARNING and not message.is_silenced()
    ]
    if faults:
        raise Fault(*faults)
    return "no problems; deployment checks skipped in development" if settings.DEVELOPMENT else "no problems"


# Apps add their own.
CHECKS: dict[str, Callable[[], str]] = {
    "version": version,
    "database": database,
    "migrations": migrations,
    "rate limits": rate_limits,
    "static files": static_files,
    "proxies": proxies,
    "metrics": metrics,
    "system checks": system_checks,
}


def examine() -> Iterator[Finding]:
    for name, check in CHECKS.items():
        try:
            yield Finding(True, name, check())
        except Fault as fault:
            yield from (Finding(False, name, text) for text in fault.args)


def not_checked(error: DatabaseError) -> Fault:
    return Fault(f"Cannot be checked: {_first_line(error)}. Fix the database first.")


def _first_line(error: Exception) -> str:
    """It contains hosts and ports, but no passwords."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")
