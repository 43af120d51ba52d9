"""docs/operations.md, followed literally: `make test-operations`.

The shell commands of the page run in their order, in a terminal, in a checkout without an environment, with an empty
database server that asks for passwords. `Machine.substitutions` lists all that is replaced in them.
"""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from urllib.parse import urlsplit

import psycopg
import pytest
from dotenv import dotenv_values

from tests.docs.test_operations import PAGE, section
from tests.live.client import response_to
from tests.live.optional.checkout import copy_checkout
from tests.live.optional.terminal import run_in_terminal
from tools.harness.processes import eventually, free_port
from tools.harness.programs import Account, postgres_programs
from tools.harness.stores import killable_postgres, killable_redis

# Everybody but the superuser needs a password.
ACCESS = "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
INHERITED = ("PATH", "HOME", "PIP_", "UV_", "SSL_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
LOAD = "set -a; . /etc/hindsight.env; set +a\n"
AS_BY_NGINX = "-H 'Host: hindsight.example.com' -H 'X-Forwarded-Proto: https'"
STAFF_PASSWORD = "correct-horse-battery"
# What a person types.
ANSWERS = {
    "Username: ": "sue",
    "Username (leave blank to use 'root'): ": "sue",
    "Email address: ": "sue@example.com",
    "Password: ": STAFF_PASSWORD,
    "Password (again): ": STAFF_PASSWORD,
}


def blocks(title: str) -> list[str]:
    """The shell commands of a section, without those of its parts."""
    return shell_blocks(section(title).partition("\n### ")[0])


def blocks_of_part(title: str) -> list[str]:
    return shell_blocks(PAGE.partition(f"\n### {title}\n")[2].partition("\n### ")[0])


def shell_blocks(text: str) -> list[str]:
    return [dedent(block) for block in re.findall(r"^ *```sh\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)]


@dataclass(frozen=True)
class Machine:
    folder: Path
    database: str
    redis_url: str
    programs: Path
    port: int

    @property
    def checkout(self) -> Path:
        return self.folder / "srv" / "hindsight"

    @property
    def substitutions(self) -> dict[str, str]:
        return {
            "db.internal:5432": self.database,
            "redis://redis.internal:6379/0": self.redis_url,
            "/etc/hindsight": f"{self.folder}/etc/hindsight",
            "/var/": f"{self.folder}/var/",
            "https://hindsight.example.com/": f"{AS_BY_NGINX} http://127.0.0.1:{self.port}/",
        }

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name.upper().startswith(INHERITED)}
        return {**inherited, "PATH": f"{self.programs}:{inherited['PATH']}", "PORT": str(self.port), "TERM": "dumb"}

    def literal(self, block: str) -> str:
        for documented, here in self.substitutions.items():
            block = block.replace(documented, here)
        return block

    def run(self, block: str) -> str:
        status, output = self.attempt(block)
        assert status == 0, output
        return output

    def attempt(self, block: str) -> tuple[int, str]:
        return run_in_terminal(self.literal(block), folder=self.checkout, environment=self.environment, answers=ANSWERS)

    def rows(self, sql: str, database: str = "hindsight") -> list[tuple[object, ...]]:
        with psycopg.connect(f"postgres://postgres@{self.database}/{database}", autocommit=True) as session:
            return session.execute(sql.encode()).fetchall()

    @contextmanager
    def serving(self) -> Iterator[None]:
        """With the command of the systemd unit, which runs until SIGTERM."""
        log = self.folder / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                ["sh", "-c", self.literal(f"{LOAD}exec scripts/serve")],
                cwd=self.checkout,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            assert eventually(lambda: self.status("/readyz") == 200, seconds=90), log.read_text()
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0, log.read_text()

    def status(self, path: str, **headers: str) -> int:
        """0 if nothing listens."""
        try:
            return response_to(self.port, "GET", path, headers=headers).status_code
        except OSError:
            return 0


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    folder, account = tmp_path_factory.mktemp("machine"), Account.unprivileged()
    with account.directory() as directory, killable_postgres() as database, killable_redis() as redis:
        require_passwords(database.url)
        address = urlsplit(database.url)
        programs = postgres_programs(account, directory)
        machine = Machine(folder, f"{address.hostname}:{address.port}", redis.url, programs, free_port())
        (folder / "etc").mkdir()
        copy_checkout(machine.checkout)
        yield machine


def require_passwords(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as session:
        row = session.execute("SHOW hba_file").fetchone()
        assert row is not None
        Path(row[0]).write_text(ACCESS)
        session.execute("SELECT pg_reload_conf()")


def test_deploy_with_two_roles_back_up_and_restore(machine: Machine) -> None:
    create_database, write_settings, commands, first_patch = blocks("Deploy")
    machine.run(create_database)
    machine.run(write_settings)
    every_program_reads_the_same_settings(machine)

    output = machine.run(commands)
    assert "Superuser created successfully." in output
    assert "FAIL" not in output
    assert machine.rows("SELECT username, is_superuser FROM auth_user") == [("sue", True)]
    with machine.serving():
        https = {"Host": "hindsight.example.com", "X-Forwarded-Proto": "https"}
        assert machine.status("/admin/login/", **https) == 200
        assert machine.status("/api/v1/interviews", **https) == 401
        assert machine.run(f"{LOAD}{first_patch}").count('"interview_request_id":1') == 2
    assert machine.rows("SELECT id, objective FROM interviews_interviewrequest") == [
        (1, "Why did they choose us over Globex?")
    ]

    for block in blocks_of_part("Two database roles"):
        machine.run(block)
    assert "//hindsight_web:" in machine.run(f'{LOAD}echo "$DATABASE_URL"')
    with machine.serving():
        assert machine.status("/readyz") == 200

    back_up, create_database, restore, grant = [
        block for block in blocks("Back up and restore") if "sqlite3" not in block
    ]
    (machine.folder / "var" / "lib" / "prometheus" / "node-exporter").mkdir(parents=True)
    for block in (back_up, create_database, f"{LOAD}{restore}", grant):
        machine.run(block)
    assert owners(machine, "restored") == owners(machine, "hindsight") == {"hindsight"}
    assert machine.rows("SELECT name FROM orgs_org", "restored") == [("Acme",)]

    machine.run("sed -i 's|/hindsight?|/restored?|' /etc/hindsight.env /etc/hindsight-owner.env")
    assert "FAIL" not in machine.run(f"{LOAD}.venv/bin/python manage.py doctor")
    with machine.serving():
        assert machine.status("/readyz") == 200
    _, output = machine.attempt(f'{LOAD}psql "$DATABASE_URL" -c "UPDATE orgs_change SET before = \'\'"')
    assert "permission denied for table orgs_change" in output


def every_program_reads_the_same_settings(machine: Machine) -> None:
    """A shell, python-dotenv, and systemd, for which a `#` behind a value does not begin a comment."""
    file = Path(machine.literal("/etc/hindsight.env"))
    assert file.stat().st_mode & 0o077 == 0
    values = dotenv_values(file, interpolate=False)
    assert "&" in str(values["DATABASE_URL"])
    assert len(str(values["SECRET_KEY"])) >= 50
    for name, value in values.items():
        assert machine.run(f'{LOAD}printf %s "${name}"') == value
    for line in file.read_text().splitlines():
        assert line.startswith("#") or re.fullmatch(r"[A-Z_]+=('[^']*'|[^\s'\"#&;$]+)", line)


def owners(machine: Machine, database: str) -> set[object]:
    """Of tables, sequences, indexes, views and functions, without those of the extension."""
    sql = """
        SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    """
    return {owner for (owner,) in machine.rows(sql, database)}


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgres://doctor:wr0ng@{at}/doctor", 'FATAL:  password authentication failed for user "doctor".'),
        ("postgres://doctor:s3cret@{at}/missing", 'FATAL:  database "missing" does not exist.'),
        ("postgres://doctor:s3cret@127.0.0.1:9/doctor", "Connection refused."),
        ("postgres://doctor:s3cret@{at}/doctor?foo=bar", 'invalid connection option "foo".'),
        (
            "postgres://doctor:s3cret@{at}/postgres",
            "The extension pg_trgm is missing, and this role may not create it.",
        ),
        ("postgres://doctor:s3cret@{at}/locked", "permission denied for table django_migrations."),
    ],
)
def test_the_doctor_prints_the_error_of_the_database(
    machine: Machine, doctor_role: None, url: str, message: str
) -> None:
    status, output = doctor(machine, url)
    assert status == 1
    assert message in output
    assert "s3cret" not in output
    assert "wr0ng" not in output


@pytest.mark.parametrize("password", ["s3/cret", "s3#cret", "s3[cret"])
def test_a_url_that_cannot_be_parsed_is_not_printed(machine: Machine, doctor_role: None, password: str) -> None:
    status, output = doctor(machine, f"postgres://doctor:{password}@{{at}}/doctor")
    assert status == 1
    assert 'variable "DATABASE_URL" invalid' in output
    assert "s3" not in output


def doctor(machine: Machine, url: str) -> tuple[int, str]:
    settings = f"{LOAD}export DATABASE_URL='{url.format(at=machine.database)}' REDIS_URL="
    return machine.attempt(f"{settings}\n.venv/bin/python manage.py doctor")


@pytest.fixture(scope="module")
def doctor_role(machine: Machine) -> None:
    """In the database `locked`, the tables belong to somebody else."""
    superuser = f"psql postgres://postgres@{machine.database}/postgres --set ON_ERROR_STOP=1"
    machine.run(
        f"""{superuser} <<'SQL'
CREATE ROLE doctor LOGIN PASSWORD 's3cret';
CREATE DATABASE doctor OWNER doctor;
CREATE DATABASE locked;
\\connect locked
CREATE EXTENSION pg_trgm;
CREATE TABLE django_migrations (id int, app text, name text, applied timestamptz);
SQL"""
    )
