"""The servers of the release before go on while the new version migrates, and after a rollback."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader
from pytest_django.plugin import DjangoDbBlocker

from hindsight.db.upgrades import RELEASES, STOP_FIRST, class_of
from hindsight.server.shutdown import end_with_parent
from tests.hindsight.db.test_upgrades import since
from tests.live.reverse_proxies import ProxyMissingError, nginx
from tests.live.stores import new_database
from tests.live.traffic import Traffic
from tools.harness.processes import eventually, free_port
from tools.harness.receiver import Receiver, receiving
from tools.harness.web import ROOT, SERVE, Server, serving

PREVIOUS, RELEASE = [*RELEASES.items()][-1]

# In one process, because each start takes seconds.
SET_UP = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("demo")
call_command("set_plan", "acme-analytics", "enterprise", rate_limit=1_000_000)
call_command("create_webhook", "acme-analytics", "{receiver}")
"""

EDIT_GUIDES = """
from interviews.models import InterviewType
from interviews.services.interview_types import edit_guide
from orgs.actors import Actor, ActorKind
for kind in InterviewType.objects.all():
    guide = {**kind.guide, "max_turns": kind.guide["max_turns"] + 1}
    edit_guide(org_id=kind.org_id, interview_type_id=kind.pk, guide=guide, actor=Actor(ActorKind.STAFF, "sam"))
"""

# Rows that the release before could not store. Its own code never writes them.
STORE_NEW_VALUES = """
from interviews.models import InterviewRequest
from orgs.actors import Actor, ActorKind
from orgs.audit import overwrite
from orgs.models import EventKind, Scopes
from orgs.security_events import record_security_event
from orgs.services import create_api_key
for kind in EventKind:
    record_security_event(kind, Actor(ActorKind.LINK, "a report link"))
row = InterviewRequest.objects.first()
overwrite((row, {"objective": "Why?"}), actor=Actor(ActorKind.CONTACT, "a contact"))
InterviewRequest.objects.filter(status="created").update(status="sent")
for scopes in Scopes:
    create_api_key(org=row.org, name=scopes, scopes=scopes)
"""


@pytest.fixture(scope="session")
def previous_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    archive = subprocess.run(["git", "archive", RELEASE.commit], cwd=ROOT, capture_output=True, check=True)
    subprocess.run(["tar", "-x"], cwd=folder, input=archive.stdout, check=True)
    subprocess.run(["scripts/bootstrap", "run"], cwd=folder, check=True)  # its packages can be others
    return folder


def python_of(root: Path) -> str:
    return sys.executable if root == ROOT else str(root / ".venv" / "bin" / "python")


def command_of(root: Path) -> list[str]:
    """Serves the release in this folder. In version 0.1.0, `serve()` had arguments, and was in scripts/."""
    if (root / "hindsight" / "server").exists():
        return [python_of(root), *SERVE[1:]]
    arguments = "'127.0.0.1', __import__('os').environ['PORT']"
    return [python_of(root), "-c", f"from scripts.serve import serve; serve({arguments})"]


@pytest.fixture(autouse=True)
def orm() -> None:
    """Not the database of the other tests."""


class Installation:
    """A database that the release before has migrated, with its demo data and a webhook endpoint."""

    def __init__(self, url: str, previous_code: Path, directory: Path, receiver: str) -> None:
        self.url, self.previous_code, self.directory = url, previous_code, directory
        self.manage("shell", "--no-imports", "--command", SET_UP.format(receiver=receiver), root=previous_code)
        self.secrets = json.loads((previous_code / "var" / "demo.json").read_text())

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "HINDSIGHT_ENV": "development", "DATABASE_URL": self.url, "REDIS_URL": ""}

    def manage(self, *arguments: str, root: Path = ROOT, status: int = 0) -> str:
        done = subprocess.run(
            [python_of(root), "manage.py", *arguments],
            cwd=root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    @contextmanager
    def server(self, root: Path, port: int | None = None) -> Iterator[Server]:
        log = self.directory / f"log-{len([*self.directory.iterdir()])}"
        environment = {"DATABASE_URL": self.url, "ANONYMOUS_RATE_LIMIT": "1000000"}
        with ExitStack() as stack:
            worker_log = stack.enter_context(log.with_suffix(".worker").open("wb"))
            worker = subprocess.Popen(
                [python_of(root), "manage.py", "run_worker"],
                cwd=root,
                env=self.environment,
                stdout=worker_log,
                stderr=worker_log,
                preexec_fn=end_with_parent(signal.SIGTERM),
            )
            stack.callback(worker.wait)
            stack.callback(worker.terminate)
            yield stack.enter_context(
                serving(log, environment, workers=2, command=command_of(root), root=root, port=port)
            )

    def run_one_round(self, root: Path) -> None:
        with self.server(root) as server:
            traffic = self.traffic(server.port)
            traffic.round()
            assert not traffic.errors

    def traffic(self, port: int) -> Traffic:
        traffic = Traffic(port, self.secrets["api_key"], self.secrets["password"])
        traffic.log_in()
        return traffic


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def database_url(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """An empty database for each test."""
    with django_db_blocker.unblock(), new_database(tmp_path) as url:
        yield url


@pytest.fixture
def installation(database_url: str, previous_code: Path, tmp_path: Path, receiver: Receiver) -> Installation:
    return Installation(database_url, previous_code, tmp_path, receiver.url)


def is_stop_first() -> bool:
    graph = MigrationLoader(None).graph
    return any(class_of(graph.nodes[key]) == STOP_FIRST for key in since(PREVIOUS))


def test_requests_go_on_while_the_new_version_migrates(installation: Installation, receiver: Receiver) -> None:
    """And after a rollback."""
    with installation.server(installation.previous_code) as old:
        traffic = installation.traffic(old.port)
        with traffic.going_on():
            traffic.wait_for_rounds(1)
            installation.manage("migrate", status=int(is_stop_first()))
            traffic.wait_for_rounds(2)
        assert not traffic.errors
        count = len(receiver.received)
        traffic.round()
        assert eventually(lambda: len(receiver.received) >= count + 2, seconds=30)  # started and completed
        assert not traffic.errors
        if not is_stop_first():  # one server after the other
            installation.run_one_round(ROOT)
            installation.manage("shell", "--no-imports", "--command", EDIT_GUIDES)
            traffic.round()
            assert not traffic.errors
    types = {json.loads(received.body)["type"] for received in receiver.received}
    assert types == {"interview.started", "interview.completed"}

    if is_stop_first():
        installation.manage("migrate")
        installation.run_one_round(ROOT)
    installation.manage("shell", "--no-imports", "--command", STORE_NEW_VALUES)
    installation.manage("migrate", "--to-release", PREVIOUS)
    installation.manage("migrate", "--check", root=installation.previous_code)
    installation.run_one_round(installation.previous_code)


def test_servers_that_restart_in_turn_behind_nginx_lose_no_request(installation: Installation) -> None:
    """As docs/operations.md says, forward and back."""
    if is_stop_first():
        pytest.skip("The release is stop first.")
    ports = [free_port(), free_port()]
    with ExitStack() as stack:
        try:
            proxy = stack.enter_context(nginx(ports, documented_options()))
        except ProxyMissingError as error:
            pytest.fail(str(error)) if os.environ.get("CI") == "true" else pytest.skip(str(error))
        servers = {port: stack.enter_context(ExitStack()) for port in ports}

        def restart(port: int, root: Path) -> None:
            servers[port].close()
            servers[port].enter_context(installation.server(root, port))

        for port in ports:
            restart(port, installation.previous_code)
        installation.manage("migrate")
        clients = [installation.traffic(proxy) for _ in range(3)]
        for client in clients[1:]:
            client.parts.pop()  # the admin refuses forms of a contact that another client has changed
        with ExitStack() as load:
            for client in clients:
                load.enter_context(client.going_on())
            for root in (ROOT, installation.previous_code):
                for port in ports:
                    restart(port, root)
                    clients[0].wait_for_rounds(1)
        assert [client.errors for client in clients] == [[], [], []]
        assert sum(len(client.statuses) for client in clients) > 150


def documented_options() -> str:
    """Of each server in the configuration of nginx."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    first, second = map(str, re.findall(r"^    server 127\.0\.0\.1:800[12] (.*);$", page, re.MULTILINE))
    assert first == second
    return first
