"""The steps of decision 23 partition the audit by month, and the application works on the result."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
import time_machine
from django.db import ProgrammingError, connection, transaction

from contacts.models import Contact
from hindsight.doctor import Fault
from interviews.models import InterviewRequest
from orgs.actors import Actor, ActorKind
from orgs.audit import overwrite
from orgs.audit_removal import erase_changes, purge_changes
from orgs.models import Change
from orgs.partitions import Partitions, audit, create_months_ahead, partitions, read_partitions
from orgs.retention import expired_changes
from tests.client import ApiClient
from tests.commands.running import run
from tests.history import history_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no partitions"),
]

ROOT_FOLDER = Path(__file__).parents[2]
RECORD = ROOT_FOLDER / "docs" / "decisions" / "0023-monthly-partitions-of-the-audit.md"
STEPS = re.findall(r"```sql\n(.*?)```", RECORD.read_text(encoding="utf-8"), re.DOTALL)
ROOT = Actor(ActorKind.STAFF, "root")


def execute(sql: str) -> list[Any]:
    """Runs SQL in the transaction of the test."""
    sql = re.sub(r"^(BEGIN|COMMIT);$", "", sql, flags=re.MULTILINE).replace(" CONCURRENTLY", "")
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall()) if cursor.description else []


def overwrite_at(contact: Contact, time: datetime, text: str) -> None:
    with time_machine.travel(time, tick=False):
        overwrite((contact, {"notes": text}), actor=ROOT)


@pytest.fixture
def partitioned(alice: Contact) -> None:
    """With a change of October."""
    overwrite_at(alice, datetime(2026, 10, 15, tzinfo=UTC), "B")
    connection.check_constraints()
    for step in STEPS[:2]:
        execute(step)


@pytest.fixture
def role(partitioned: None) -> str:
    """A role of the web server."""
    role = f"hindsight_web_{token_hex(8)}"
    execute(f"CREATE ROLE {role}")
    execute((ROOT_FOLDER / "scripts" / "web_role.sql").read_text().replace("hindsight_web", role))
    return role


def has_rights(role: str, table: str) -> int:
    rights = "SELECT count(*) FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege"
    [(number,)] = execute(f"{rights} WHERE has_table_privilege('{role}', '{table}', privilege)")
    return int(number)


def test_one_table_has_no_months(db: None) -> None:
    assert (audit(), create_months_ahead(), [*read_partitions()]) == ("one table", 0, [])


@pytest.mark.usefixtures("partitioned")
class TestPartitioned:
    def test_changes_go_to_their_month_and_stay_one_history(
        self, alice: Contact, acme_api: ApiClient, interview_request: InterviewRequest
    ) -> None:
        for year, month, text in [(2026, 12, "C"), (2027, 1, "D"), (2028, 6, "E")]:
            overwrite_at(alice, datetime(year, month, 15, tzinfo=UTC), text)
        with time_machine.travel(datetime(2027, 1, 20, tzinfo=UTC), tick=False):
            assert acme_api.patch(f"/interviews/{interview_request.pk}", {"contact_context": "F"}).status_code == 200
        texts = ["Old notes", "B", "C", "D", "E", "F"]
        assert history_of(alice) == [("notes", before, after) for before, after in pairwise(texts)]
        partitions = "SELECT tableoid::regclass::text, count(*) FROM orgs_change GROUP BY 1"
        assert dict(execute(partitions)) == {
            "orgs_change_until_2026_12": 1,
            "orgs_change_2026_12": 1,
            "orgs_change_other": 3,
        }

    def test_purge_creates_the_months_ahead(self, alice: Contact) -> None:
        with time_machine.travel("2026-12-10T12:00Z", tick=False):
            assert audit() == "months until 2027-01-01"
            run("purge", "--dry-run")
            assert partitions() == Partitions(datetime(2027, 1, 1, tzinfo=UTC), 0)
            run("purge")
            assert partitions() == Partitions(datetime(2027, 3, 1, tzinfo=UTC), 0)
            assert create_months_ahead() == 0
        overwrite_at(alice, datetime(2027, 2, 28, 23, 59, tzinfo=UTC), "C")
        assert execute("SELECT count(*) FROM orgs_change_2027_02") == [(1,)]
        for statement in ("DELETE FROM orgs_change_2027_02", "TRUNCATE orgs_change_2027_01"):
            with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
                execute(statement)

    def test_a_missing_month_is_loud(self, alice: Contact) -> None:
        with time_machine.travel("2026-12-31T12:00Z", tick=False), pytest.raises(Fault, match="ends on 2027-01-01"):
            audit()
        overwrite_at(alice, datetime(2027, 1, 15, tzinfo=UTC), "C")
        with pytest.raises(Fault, match="8,192 bytes of changes are in the default partition"):
            audit()
        gauges = {gauge.name: gauge.samples[0].value for gauge in read_partitions()}
        assert gauges == {
            "hindsight_audit_partitioned_until_timestamp_seconds": datetime(2027, 1, 1, tzinfo=UTC).timestamp(),
            "hindsight_audit_diverted_bytes": 8192,
        }
        with time_machine.travel("2027-01-15T12:00Z", tick=False):
            assert create_months_ahead() == 0

    def test_diverted_changes_are_moved_to_their_months(self, alice: Contact) -> None:
        overwrite_at(alice, datetime(2027, 1, 15, tzinfo=UTC), "C")
        connection.check_constraints()
        execute(STEPS[2])
        assert history_of(alice)[-1] == ("notes", "B", "C")
        assert execute("SELECT count(*) FROM orgs_change_2027_01") == [(1,)]
        with time_machine.travel("2027-01-15T12:00Z", tick=False):
            assert audit() == "months until 2027-02-01"

    def test_a_partition_of_pg_partman_is_protected_by_purge(self, role: str) -> None:
        bounds = "FROM ('2027-01-01 00:00+00') TO ('2027-02-01 00:00+00')"
        execute(f"CREATE TABLE orgs_change_p20270101 PARTITION OF orgs_change FOR VALUES {bounds}")
        assert has_rights(role, "orgs_change_p20270101") == 4  # by ALTER DEFAULT PRIVILEGES
        with time_machine.travel("2026-11-20T12:00Z", tick=False):
            assert create_months_ahead() == 0
        assert has_rights(role, "orgs_change_p20270101") == 0
        assert has_rights(role, "orgs_change") == 2
        with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
            execute("DELETE FROM orgs_change_p20270101")

    def test_purge_and_erasure_work(self, alice: Contact) -> None:
        overwrite_at(alice, datetime(2026, 12, 15, tzinfo=UTC), "C")
        with time_machine.travel(datetime(2026, 12, 16, tzinfo=UTC), tick=False):
            [expired] = expired_changes(30)
            assert purge_changes(expired) == {"acme": 1}
            assert history_of(alice) == [("notes", "B", "C")]
            erase_changes(alice, actor=ROOT)
        assert [change.is_erased for change in Change.objects.of(alice)] == [True, True]

    @pytest.mark.parametrize("table", ["orgs_change", "orgs_change_until_2026_12", "orgs_change_2026_12"])
    @pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET before = ''", "TRUNCATE {}"])
    def test_each_partition_is_append_only(self, table: str, statement: str) -> None:
        with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
            execute(statement.format(table))

    def test_the_web_server_has_no_rights_on_a_partition(self, role: str) -> None:
        for table, number in [("orgs_change", 2), ("orgs_change_2026_12", 0), ("orgs_change_other", 0)]:
            assert has_rights(role, table) == number
        execute(f"SET LOCAL ROLE {role}")
        assert partitions() == Partitions(datetime(2027, 1, 1, tzinfo=UTC), 0)

    def test_the_oldest_month_can_be_dropped(self, alice: Contact) -> None:
        overwrite_at(alice, datetime(2026, 12, 15, tzinfo=UTC), "C")
        connection.check_constraints()
        execute(STEPS[-1])
        assert history_of(alice) == [("notes", "B", "C")]
        overwrite_at(alice, datetime(2026, 12, 15, tzinfo=UTC) + timedelta(hours=1), "D")
        assert history_of(alice)[-1] == ("notes", "C", "D")
