"""The file of a SQLite database: its permissions, and what happens if it is deleted."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from tests.factories import InterviewRequestFactory
from tests.live.client import LiveClient, get_page
from tests.live.conftest import Serve, new_org
from tools.harness.orm import orm_at


@pytest.fixture
def file(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Path]:
    """A migrated database, created with a umask that allows all users to read new files."""
    file = tmp_path / "hindsight.sqlite3"
    mask = os.umask(0o022)
    try:
        with django_db_blocker.unblock(), orm_at(f"sqlite:///{file}"):
            call_command("migrate", verbosity=0)
            yield file
    finally:
        os.umask(mask)


def test_only_the_owner_reads_the_files(serve: Serve, file: Path) -> None:
    interview_request = InterviewRequestFactory.create(org=new_org())
    with serve(workers=1, DATABASE_URL=f"sqlite:///{file}", REDIS_URL="") as server:
        LiveClient.of(server, interview_request.org).patch(f"/interviews/{interview_request.pk}", {"objective": "New"})
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.glob("hindsight.sqlite3*")}
    assert {"hindsight.sqlite3", "hindsight.sqlite3-wal", "hindsight.sqlite3-counters"} <= set(modes)
    assert {name for name, mode in modes.items() if mode != 0o600} == set()


def test_a_deleted_file_acknowledges_no_write(serve: Serve, file: Path) -> None:
    interview_request = InterviewRequestFactory.create(org=new_org(), objective="Old")
    path = f"/interviews/{interview_request.pk}"
    with serve(workers=1, DATABASE_URL=f"sqlite:///{file}", REDIS_URL="") as server:
        api = LiveClient.of(server, interview_request.org)
        assert {api.patch(path, {"objective": f"New {number}"}).status_code for number in range(8)} == {200}
        file.unlink()
        assert {api.patch(path, {"objective": "Lost"}).status_code for _ in range(8)} == {503}
        assert get_page(server, "/readyz").status_code == 503
