"""What to look at when something is wrong: each check says what is well, or what is not and what to do about it.

None of them needs the others: they work while the database, Redis or anything else is away.
"""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from smtplib import SMTPException
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks, mail
from django.core.cache import caches
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from hindsight.limits.counters import Counters

SECONDS = 5


class Fault(Exception):
    """What is wrong and what to do about it, in a line; or in several, a fault each."""


@dataclass(frozen=True)
class Finding:
    ok: bool
    name: str
    text: str


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        version = ".".join(map(str, connection.get_database_version()))
    except DatabaseError as error:
        raise Fault(f"{_first_line(error)}. Start the server, or correct DATABASE_URL.") from None
    return f"{connection.display_name} {version}"


def migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        raise Fault("They cannot be read without the database. Bring it back first.") from None
    if pending:
        raise Fault(f"{len(pending)} not applied. Run `manage.py migrate`.")
    return "all applied"


def rate_limits() -> str:
    store = cast(Counters, caches["counters"])
    try:
        store.hit("doctor", 1)
    except store.failures as error:
        remedy = "Start Redis, or correct REDIS_URL" if settings.REDIS_URL else "Put the database right"
        raise Fault(f"{_first_line(error)}. Until then every request passes uncounted. {remedy}.") from None
    return f"counted in {'Redis' if settings.REDIS_URL else connection.display_name}"


def email() -> str:
    chosen = settings.is_overridden("EMAIL_HOST")  # type: ignore[misc]  # unknown to the stubs
    if not chosen or not settings.EMAIL_HOST:
        return "not set up"
    server = mail.get_connection("django.core.mail.backends.smtp.EmailBackend", timeout=SECONDS)
    try:
        server.open()
        server.close()
    except (OSError, SMTPException) as error:
        raise Fault(f"{_first_line(error)}. Correct the EMAIL_… settings, or reach {settings.EMAIL_HOST}.") from None
    return f"{settings.EMAIL_HOST} takes our login"


def model_endpoint() -> str:
    if not settings.PAIGE_BASE_URL and not settings.PAIGE_MODEL:
        return "not set up"
    if not settings.PAIGE_BASE_URL or not settings.PAIGE_MODEL:
        raise Fault("Only one of PAIGE_BASE_URL and PAIGE_MODEL is set. Set both, or neither.")
    try:
        url = urlsplit(settings.PAIGE_BASE_URL)
        address = url.hostname or "", url.port or {"http": 80, "https": 443}[url.scheme]
    except (KeyError, ValueError):
        raise Fault("PAIGE_BASE_URL is no http:// or https:// address. Correct it.") from None
    try:
        socket.create_connection(address, SECONDS).close()
    except OSError as error:
        what = error.strerror or error
        raise Fault(
            f"{address[0]}:{address[1]}: {what}. Start the model's server, or correct PAIGE_BASE_URL."
        ) from None
    return f"{url.hostname} accepts connections"


def static_files() -> str:
    if settings.STATIC_ROOT is None:
        return "served from the packages (development)"
    if not (settings.STATIC_ROOT / "staticfiles.json").exists():
        raise Fault("They have not been collected. Run `manage.py collectstatic --no-input`.")
    return "collected"


def proxies() -> str:
    if settings.TRUSTED_PROXIES:
        return f"{', '.join(map(str, settings.TRUSTED_PROXIES))} may say who asks, and whether by HTTPS"
    if settings.SECURE_SSL_REDIRECT:
        return "none are trusted: behind one, name it in TRUSTED_PROXIES, or every request is taken for plain HTTP"
    return "none are trusted"


def deployment() -> str:
    if settings.DEVELOPMENT:
        return "not checked: HINDSIGHT_ENV is development"
    found = [
        f"{message.id}: {message.msg} {message.hint or ''}".strip()
        for message in checks.run_checks(include_deployment_checks=True)
        if message.level >= checks.WARNING and not message.is_silenced()
    ]
    if found:
        raise Fault(*found)
    return "Django's deployment checks have no complaint"


CHECKS: dict[str, Callable[[], str]] = {
    "database": database,
    "migrations": migrations,
    "rate limits": rate_limits,
    "email": email,
    "model endpoint": model_endpoint,
    "static files": static_files,
    "proxies": proxies,
    "deployment": deployment,
}


def examine() -> Iterator[Finding]:
    for name, check in CHECKS.items():
        try:
            yield Finding(True, name, check())
        except Fault as fault:
            yield from (Finding(False, name, text) for text in fault.args)


def _first_line(error: Exception) -> str:
    """Of what a library says: hosts and ports, not passwords."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")
