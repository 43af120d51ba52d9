"""One live server with four workers; a new Acme for each test."""

import secrets
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
from django.conf import global_settings, settings
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from orgs.models import Org
from tests.factories import OrgFactory
from tests.live.client import LiveClient
from tests.live.stores import ON_POSTGRESQL, migrated_database, web_role_at
from tools.harness import web
from tools.harness.orm import orm_at
from tools.harness.web import SERVE, Server, serving

Serve = Callable[..., AbstractContextManager[Server]]
StartWorker = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with django_db_blocker.unblock(), migrated_database(tmp_path_factory.mktemp("database")) as url:
        yield url


@pytest.fixture(scope="session")
def web_database_url(database_url: str) -> Iterator[str]:
    """On PostgreSQL, the web servers of the tests have a role of their own, as docs/operations.md describes."""
    with web_role_at(database_url) if ON_POSTGRESQL else nullcontext(database_url) as url:
        yield url


@pytest.fixture(scope="session")
def serve(web_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Serve:
    """Starts a server with the stores of this environment."""

    def serve(*, workers: int, command: list[str] = SERVE, **environment: str) -> AbstractContextManager[Server]:
        stores = {"DATABASE_URL": web_database_url, "REDIS_URL": settings.REDIS_URL}
        log = tmp_path_factory.mktemp("server") / "log"
        return serving(log, {**stores, **environment}, workers=workers, command=command)

    return serve


@pytest.fixture(scope="session")
def server(serve: Serve) -> Iterator[Server]:
    with serve(workers=4, ANONYMOUS_RATE_LIMIT="100000", REDIS_URL=patient_redis_url()) as server:
        yield server


@pytest.fixture
def start_worker(database_url: str, tmp_path: Path) -> Iterator[StartWorker]:
    """Starts processes of run_worker, and kills them at the end."""
    started: list[subprocess.Popen[bytes]] = []
    with (tmp_path / "log").open("wb") as log:

        def start() -> subprocess.Popen[bytes]:
            started.append(web.start_worker(database_url, log))
            return started[-1]

        yield start
        for worker in started:
            worker.kill()
            worker.wait()


def patient_redis_url() -> str:
    """On a busy machine Redis may need longer than the default, and requests would pass uncounted."""
    return settings.REDIS_URL and f"{settings.REDIS_URL}?socket_timeout=10&socket_connect_timeout=10"


@pytest.fixture(autouse=True)
def orm(database_url: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Tests use the database of the server."""
    with django_db_blocker.unblock(), orm_at(database_url):
        yield


def new_org(requests_per_minute: int = 100_000) -> Org:
    """Creates Acme with a random id, because Redis keeps counters by id."""
    return OrgFactory.create(pk=secrets.randbits(48), name="Acme", own_rate_limit=requests_per_minute)


@pytest.fixture
def acme() -> Org:
    return new_org()


@pytest.fixture
def api(server: Server, acme_key: str) -> LiveClient:
    return LiveClient(server, acme_key)


@pytest.fixture(autouse=True)
def default_password_hashes(settings: Settings) -> None:
    """The server does not accept the fast hash of the tests."""
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
