"""Containerfile, .dockerignore and compose.yaml, without a container engine: `make test-operations`.

The commands of the Containerfile run in a folder with exactly the files of the build context. Then the processes of
compose.yaml run there with its environment variables, by a user who owns no file.
"""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex, token_urlsafe
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import yaml

from tests.hindsight.test_settings import settings_of
from tests.live.client import response_to
from tests.live.optional.checkout import ROOT, copy_checkout
from tests.live.optional.test_operations import INHERITED, require_passwords
from tools.harness.processes import eventually, free_port
from tools.harness.programs import Account, postgres_programs
from tools.harness.stores import killable_postgres, killable_redis

CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
SETTINGS = {
    "SECRET_KEY": token_urlsafe(50),
    "ALLOWED_HOSTS": "hindsight.example.com",
    "PUBLIC_BASE_URL": "https://hindsight.example.com",
}
PASSWORDS = {name: token_hex(8) for name in ("POSTGRES_PASSWORD", "OWNER_PASSWORD", "WEB_PASSWORD")}


def instructions(name: str) -> list[str]:
    text = re.sub(r"\\\n *", "", CONTAINERFILE)
    return re.findall(rf"^{name} (.+)$", text, re.MULTILINE)


def environment_of(service: str) -> dict[str, str]:
    """With hindsight.env, and with the variables of passwords.env, which compose.yaml inserts."""
    found = SERVICES[service]
    text = json.dumps(found["environment"])
    for name, password in PASSWORDS.items():
        text = text.replace(f"${{{name}:?}}", password)
    return {**(SETTINGS if found.get("env_file") == "hindsight.env" else {}), **json.loads(text)}


@dataclass(frozen=True)
class Image:
    folder: Path
    account: Account
    postgresql: Path

    @property
    def inherited(self) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if name.upper().startswith(INHERITED)}

    def build(self) -> None:
        for command in instructions("RUN"):
            done = subprocess.run(
                ["sh", "-c", command], cwd=self.folder, env=self.inherited, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stdout + done.stderr

    @contextmanager
    def running(self, command: list[str], variables: dict[str, str], status: int = 0) -> Iterator[Path]:
        """`status`: of the process after SIGTERM, which all its children get."""
        log = self.folder.parent / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env={"PATH": f"{self.folder / 'scripts'}:{self.postgresql}:{os.environ['PATH']}", **variables},
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=self.account.user,
                group=self.account.group,
                extra_groups=self.account.extra_groups,
            )
        try:
            yield log
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            assert process.wait(30) == status, log.read_text()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    checkout = tmp_path_factory.mktemp("checkout")
    copy_checkout(checkout)
    (checkout / ".env").write_text("SECRET_KEY=of-development")
    account = Account.unprivileged()
    with account.directory() as directory:
        image = Image(directory / "srv" / "hindsight", account, postgres_programs(account, directory))
        copy_context(checkout, image.folder)
        image.build()
        yield image


def copy_context(source: Path, target: Path) -> None:
    """.dockerignore excludes everything, and then includes some names again."""
    patterns = [line for line in (source / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    first, *included, last = patterns
    assert (first, last) == ("*", "**/__pycache__")
    for name in included:
        path = name.removeprefix("!")
        assert name.startswith("!")
        assert "*" not in path
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        if (source / path).is_dir():
            shutil.copytree(source / path, target / path)
        else:
            shutil.copy2(source / path, target / path)


def test_the_context_has_no_secrets_and_no_tests(image: Image) -> None:
    assert instructions("COPY") == [". ."]
    built = {".venv", "staticfiles"}
    assert {path.name for path in image.folder.iterdir()} - built == {
        line[1:].partition("/")[0] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    assert not list(image.folder.glob("**/.env"))


@dataclass(frozen=True)
class Deployment:
    """The stores of compose.yaml, with the roles and the database that its script creates."""

    image: Image
    database: str
    redis_url: str
    port: int

    def run(self, service: str) -> AbstractContextManager[Path]:
        """Of a service that runs until SIGTERM."""
        command = SERVICES[service].get("command") or json.loads(instructions("CMD")[0])
        is_loop = command[0] == "sh"
        command = [part.replace("$$", "$") for part in command]
        return self.image.running(command, self.environment(service), status=-signal.SIGTERM if is_loop else 0)

    def run_once(self, *command: str, service: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], **self.environment(service)}
        return subprocess.run(command, cwd=self.image.folder, env=environment, capture_output=True, text=True)

    def environment(self, service: str) -> dict[str, str]:
        host, _, port = self.database.partition(":")
        here = {"database:5432": self.database, "redis://redis:6379/0": self.redis_url}
        text = json.dumps(environment_of(service))
        for documented, url in here.items():
            text = text.replace(documented, url)
        variables: dict[str, str] = json.loads(text)
        if "PGHOST" in variables:
            variables |= {"PGHOST": host, "PGPORT": port}
        return variables | {"HOST": "127.0.0.1", "PORT": str(self.port)}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(f"postgres://postgres@{self.database}/hindsight") as session:
            return session.execute(sql.encode()).fetchall()


@pytest.fixture(scope="module")
def deployment(image: Image) -> Iterator[Deployment]:
    with killable_postgres() as database, killable_redis() as redis:
        require_passwords(database.url)
        address = urlsplit(database.url)
        deployment = Deployment(image, f"{address.hostname}:{address.port}", redis.url, free_port())
        [script] = [part.partition(":")[0] for part in SERVICES["database"]["volumes"] if part.startswith("./")]
        psql = ["psql", f"postgres://postgres@{deployment.database}/postgres", "--set", "ON_ERROR_STOP=1", "--file"]
        subprocess.run([*psql, script], cwd=ROOT, env={**os.environ, **environment_of("database")}, check=True)
        done = deployment.run_once(*SERVICES["migrate"]["command"], service="migrate")
        assert done.returncode == 0, done.stderr
        [grants] = SERVICES["grant"]["volumes"]
        source, target, _ = grants.split(":")
        command = [source if part == target else part for part in SERVICES["grant"]["command"]]
        done = deployment.run_once(*command, service="grant")
        assert done.returncode == 0, done.stderr
        yield deployment


def test_the_web_server_and_the_worker_run_without_the_rights_of_the_owner(deployment: Deployment) -> None:
    (user,) = instructions("USER")
    assert user == "nobody"
    with deployment.run("web") as log:
        assert eventually(lambda: is_ready(deployment.port), seconds=90), log.read_text()
        healthcheck = SERVICES["web"]["healthcheck"]["test"]
        assert healthcheck[0] == "CMD"
        check = [part.replace(":8000/", f":{deployment.port}/") for part in healthcheck[1:]]
        subprocess.run(check, cwd=deployment.image.folder, check=True)
        assert {user for (user,) in deployment.rows(SESSIONS)} == {"hindsight_web"}
    with deployment.run("worker"):
        doctor = [".venv/bin/python", "manage.py", "doctor"]

        def worker_runs() -> bool:
            done = deployment.run_once(*doctor, service="worker")
            return "FAIL" not in done.stdout and "1 running workers" in done.stdout

        assert eventually(worker_runs, seconds=60)
    roles = "SELECT rolname, rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname LIKE 'hindsight%'"
    assert dict(deployment.rows(roles)) == {"hindsight": False, "hindsight_web": False}
    done = deployment.run_once("sh", "-c", 'psql "$DATABASE_URL" -c "DELETE FROM orgs_change"', service="web")
    assert "permission denied for table orgs_change" in done.stderr


SESSIONS = "SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name LIKE 'hindsight %'"


def test_purge_runs_as_the_owner(deployment: Deployment) -> None:
    purges = "SELECT count(*) FROM orgs_securityevent WHERE actor = 'purge' AND detail LIKE 'Removed or marked%'"
    with deployment.run("purge") as log:
        assert eventually(lambda: deployment.rows(purges) == [(1,)], seconds=60), log.read_text()


def test_a_backup_is_written(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = deployment.image.folder.parent / "backups"
    folder.mkdir()
    os.chown(folder, deployment.image.account.user or -1, -1)
    monkeypatch.setitem(SERVICES["backup"]["environment"], "PGDATA", str(folder))
    with deployment.run("backup") as log:
        assert eventually(lambda: (folder / "hindsight.prom").exists(), seconds=60), log.read_text()
    [dump] = folder.glob("*.dump")
    pg_restore = deployment.image.postgresql / "pg_restore"
    assert "TABLE DATA public orgs_org hindsight" in subprocess.check_output([pg_restore, "--list", dump], text=True)


def is_ready(port: int) -> bool:
    try:
        return response_to(port, "GET", "/readyz").status_code == 200
    except OSError:
        return False


def test_the_services_of_compose() -> None:
    assert set(SERVICES) == {"web", "worker", "purge", "migrate", "grant", "backup", "database", "redis"}
    assert (ROOT / SERVICES["web"]["build"]["dockerfile"]).is_file()
    first, last = re.fullmatch(r"127\.0\.0\.1:(\d+)-(\d+):8000", *SERVICES["web"]["ports"]).groups()  # type: ignore[union-attr]
    assert int(last) - int(first) + 1 == SERVICES["web"]["scale"]
    assert not any("ports" in service for name, service in SERVICES.items() if name != "web")
    read = settings_of(**environment_of("web"))
    assert read["DATABASES"]["default"]["HOST"] == "database"
    assert read["DATABASES"]["default"]["USER"] == "hindsight_web"
    assert read["REDIS_URL"] == "redis://redis:6379/0"
    (network,) = COMPOSE["networks"]["default"]["ipam"]["config"]
    assert [f"{network['gateway']}/32"] == [str(proxy) for proxy in read["TRUSTED_PROXIES"]]


@pytest.mark.parametrize("name", SERVICES)
def test_each_container_is_confined_and_bounded(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert (service["read_only"], service["init"]) == (True, True)
    assert "/tmp" in service["tmpfs"]
    assert {"mem_limit", "cpus", "pids_limit"} <= service.keys()
    assert {"max-size", "max-file"} <= service["logging"]["options"].keys()
    assert service["restart"] == ("no" if name in ("migrate", "grant") else "always")
    assert "build" in service or service["user"] in ("postgres", "redis")


def test_each_password_is_known_only_to_who_needs_it() -> None:
    known = {name: {word for word in PASSWORDS if word in json.dumps(SERVICES[name])} for name in SERVICES}
    assert {name for name, words in known.items() if "POSTGRES_PASSWORD" in words} == {"database"}
    owners = {"migrate", "grant", "purge", "backup", "database"}
    assert {name for name, words in known.items() if "OWNER_PASSWORD" in words} == owners
    assert known["web"] == known["worker"] == {"WEB_PASSWORD"}
