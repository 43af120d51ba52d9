"""PostgreSQL's disk is full: a tablespace on a small file system."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command

from contacts.text import MAX_NOTES_LENGTH
from orgs.models import Change
from tests.factories import InterviewRequestFactory
from tests.live.client import LiveClient, Response
from tests.live.conftest import Serve, new_org
from tests.live.stores import ON_POSTGRESQL
from tools.harness.orm import orm_at
from tools.harness.programs import Account

pytestmark = pytest.mark.skipif(not ON_POSTGRESQL, reason="needs PostgreSQL")


BLOCK = b"\0" * 65536


class SmallDisk:
    """A tmpfs, which only root can mount. `directory` belongs to the account of the stores."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.ballast = directory, directory / "ballast"

    def fill(self) -> None:
        with self.ballast.open("ab", buffering=0) as file:
            try:
                while file.write(BLOCK):
                    pass
            except OSError:  # no space left on device
                return

    def free(self) -> None:
        self.ballast.unlink()


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    account = Account.unprivileged()
    with account.directory() as directory:
        options = f"size=64m,mode=700,uid={account.user}"
        mount = [shutil.which("mount") or "/bin/mount", "-t", "tmpfs", "-o", options, "hindsight", str(directory)]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("A full disk needs root.")
        try:
            yield SmallDisk(directory)
        finally:
            # Lazily, because a killed server may not have ended yet.
            subprocess.run([shutil.which("umount") or "/bin/umount", "--lazy", directory], check=True)


@pytest.fixture
def database_on_it(disk: SmallDisk) -> Iterator[str]:
    name = f"small_{token_hex(8)}"
    with closing(psycopg.connect(settings.DATABASE_URL, autocommit=True)) as server:
        server.execute(f"CREATE TABLESPACE {name} LOCATION '{disk.directory}'".encode())
        server.execute(f"CREATE DATABASE {name} TABLESPACE {name}".encode())
        url = urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
        with orm_at(url):
            call_command("migrate", verbosity=0)
            yield url
        server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        server.execute(f"DROP TABLESPACE {name}".encode())


def test_a_full_disk_gets_503_and_nothing_is_stored(serve: Serve, disk: SmallDisk, database_on_it: str) -> None:
    row = InterviewRequestFactory.create(org=new_org(), objective="Old objective", contact__notes="Old notes")
    notes = token_hex(MAX_NOTES_LENGTH // 2)  # does not compress, so the table has to grow
    create = {"contact_email": "bob@example.com", "interview_type_id": f"type_{row.interview_type_id}"}
    with serve(workers=1, DATABASE_URL=database_on_it) as server:
        api = LiveClient.of(server, row.org)

        def patch() -> Response:
            return api.patch(f"/interviews/{row.pk}", {"objective": "New", "contact_context": notes})

        def post() -> Response:
            return api.post("/interviews", {**create, "contact_context": notes}, Idempotency_Key="1")

        # PostgreSQL writes a file for the first connection after a migration.
        assert api.get(f"/interviews/{row.pk}").status_code == 200
        disk.fill()
        for response in (patch(), post()):
            assert (response.status_code, response.code) == (503, "service_unavailable")
            assert int(response.headers["Retry-After"]) >= 1
            assert "no free disk space, and nothing was changed" in response.json()["error"]["message"]
        row.refresh_from_db()
        assert (row.objective, row.contact.notes) == ("Old objective", "Old notes")
        assert not Change.objects.exists()
        assert row.org.interview_requests.count() == row.org.contacts.count() == 1

        disk.free()
        assert patch().status_code == 200
        assert post().status_code == 201
        row.refresh_from_db()
        assert (row.objective, Change.objects.count(), row.org.interview_requests.count()) == ("New", 2, 2)
