"""Containerfile, .dockerignore and compose.yaml, without a container engine: `make test-operations`.

The commands of the Containerfile run in a folder with exactly the files of the build context. Then the processes of
compose.yaml run there with its environment variables, by a user who owns no file.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest
import yaml

from tests.hindsight.test_settings import settings_of
from tests.live.optional.test_operations import INHERITED
from tools.harness.accounts import Account
from tools.harness.checkout import ROOT, copy_checkout
from tools.harness.processes import eventually, free_port
from tools.harness.stores import postgres, redis_server

CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SECRETS = {
    "SECRET_KEY": token_urlsafe(50),
    "ALLOWED_HOSTS": "hindsight.example.com",
    "PUBLIC_BASE_URL": "https://hindsight.example.com",
    "POSTGRES_PASSWORD": "s3cret",
}


def instructions(name: str) -> list[str]:
    text = re.sub(r"\\\n *", "", CONTAINERFILE)
    return re.findall(rf"^{name} (.+)$", text, re.MULTILINE)


def environment_of(service: str) -> dict[str, str]:
    """With the variables of hindsight.env, which compose.yaml inserts."""
    text = json.dumps({**SECRETS, **COMPOSE["services"][service]["environment"]})
    variables: dict[str, str] = json.loads(re.sub(r"\$\{(\w+):\?\}", lambda match: SECRETS[match[1]], text))
    return variables


@dataclass(frozen=True)
class Image:
    folder: Path
    account: Account

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
    def running(self, command: list[str], variables: dict[str, str]) -> Iterator[Path]:
        log = self.folder.parent / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], **variables},
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
            process.terminate()
            assert process.wait(30) == 0, log.read_text()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    checkout = tmp_path_factory.mktemp("checkout")
    copy_checkout(checkout)
    (checkout / ".env").write_text("SECRET_KEY=of-development")
    account = Account.unprivileged()
    with account.directory() as directory:
        image = Image(directory / "srv" / "hindsight", account)
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


def test_the_processes_of_compose_run(image: Image) -> None:
    (user,), (command,) = instructions("USER"), instructions("CMD")
    assert user == "nobody"
    port = free_port()
    with postgres() as database_url, redis_server() as redis_url:
        here = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "PORT": str(port), "HOST": "127.0.0.1"}
        with image.running(json.loads(command), environment_of("web") | here) as log:
            assert eventually(lambda: is_ready(port), seconds=90), log.read_text()
            healthcheck = COMPOSE["services"]["web"]["healthcheck"]["test"]
            assert healthcheck[0] == "CMD"
            check = [part.replace("127.0.0.1:8000", f"127.0.0.1:{port}") for part in healthcheck[1:]]
            subprocess.run(check, cwd=image.folder, check=True)
        with image.running(COMPOSE["services"]["worker"]["command"], environment_of("worker") | here):
            doctor = [".venv/bin/python", "manage.py", "doctor"]
            variables = {"PATH": os.environ["PATH"], **environment_of("worker"), **here}

            def worker_runs() -> bool:
                done = subprocess.run(doctor, cwd=image.folder, env=variables, capture_output=True, text=True)
                return "FAIL" not in done.stdout and "1 running workers" in done.stdout

            assert eventually(worker_runs, seconds=60)


def is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def test_the_services_of_compose() -> None:
    services: dict[str, Any] = COMPOSE["services"]
    assert set(services) == {"web", "worker", "database", "redis"}
    assert (ROOT / services["web"]["build"]["dockerfile"]).is_file()
    assert services["web"]["environment"] == services["worker"]["environment"]
    assert services["web"]["ports"] == ["127.0.0.1:8000:8000"]
    assert not any("ports" in services[name] for name in ("worker", "database", "redis"))
    read = settings_of(**environment_of("web"))
    assert read["DATABASES"]["default"]["HOST"] == "database"
    assert read["DATABASES"]["default"]["PASSWORD"] == services_password(services)
    assert read["REDIS_URL"] == "redis://redis:6379/0"
    (network,) = COMPOSE["networks"]["default"]["ipam"]["config"]
    assert [f"{network['gateway']}/32"] == [str(proxy) for proxy in read["TRUSTED_PROXIES"]]


def services_password(services: dict[str, Any]) -> str:
    """The database gets the password that the settings have."""
    assert services["database"]["environment"]["POSTGRES_PASSWORD"] == "${POSTGRES_PASSWORD:?}"
    return SECRETS["POSTGRES_PASSWORD"]


@pytest.mark.parametrize(
    ("setting", "number"),
    [("SENTRY_DSN", "observability.E001"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "observability.E002")],
)
@pytest.mark.parametrize("command", ["scripts/serve", ".venv/bin/python manage.py run_worker"])
def test_a_setting_without_its_package_stops_the_start(image: Image, command: str, setting: str, number: str) -> None:
    """The image has the packages of requirements.txt only."""
    variables = {**environment_of("web"), setting: "https://key@reports.example.com/1"}
    done = subprocess.run(
        shlex.split(command),
        cwd=image.folder,
        env={"PATH": os.environ["PATH"], **variables, "HOST": "127.0.0.1", "PORT": str(free_port())},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert number in done.stderr
