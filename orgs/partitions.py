"""Monthly partitions of the audit, which operators can make on PostgreSQL (decision 23)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from hindsight.doctor import Fault, not_checked

# `purge` creates the months that begin within this time.
AHEAD = timedelta(days=62)
# `doctor` fails before the last month has ended.
SHORTAGE = timedelta(days=14)

# Reads the catalog only: the web server's role has no rights on a partition. Without rows, a table has no pages.
STATE = """
    SELECT (SELECT max(substring(pg_get_expr(relpartbound, oid) FROM 'TO \\(''([^'']+)''\\)')::timestamptz)
            FROM pg_class JOIN pg_inherits ON inhrelid = oid WHERE inhparent = partrelid),
           coalesce(pg_relation_size(nullif(partdefid, 0)), 0)
    FROM pg_partitioned_table WHERE partrelid = 'orgs_change'::regclass
"""
# A statement trigger of the table does not fire for a statement that names a partition.
PROTECT = """
    DO $$
    DECLARE
        partition regclass;
        owner oid := (SELECT relowner FROM pg_class WHERE oid = 'orgs_change'::regclass);
        grantee regrole;
    BEGIN
        FOR partition IN
            SELECT inhrelid FROM pg_inherits WHERE inhparent = 'orgs_change'::regclass AND NOT EXISTS
                (SELECT FROM pg_trigger WHERE tgrelid = inhrelid AND tgname = 'append_only')
        LOOP
            EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s '
                           'FOR EACH STATEMENT EXECUTE FUNCTION orgs_refuse_removal()', partition);
            FOR grantee IN
                SELECT DISTINCT rights.grantee FROM pg_class, aclexplode(relacl) AS rights
                WHERE oid = partition AND rights.grantee NOT IN (0, owner)
            LOOP
                EXECUTE format('REVOKE ALL ON %s FROM %s', partition, grantee);
            END LOOP;
        END LOOP;
    END $$
"""


@dataclass(frozen=True)
class Partitions:
    """`until`: the end of the last month. `diverted`: bytes of changes for which there was no month."""

    until: datetime
    diverted: int


def partitions() -> Partitions | None:
    """Returns None if the audit is one table."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(STATE)
        found = cursor.fetchone()
    return Partitions(*found) if found else None


def create_months_ahead() -> int:
    """Returns the number of new months. As the owner of the table, in transactions that block it for a moment."""
    count = 0
    while (found := partitions()) and not found.diverted and found.until < timezone.now() + AHEAD:
        start = found.until.astimezone(UTC)
        end = (start + timedelta(days=31)).replace(day=1)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '3s'")
            bounds = f"FROM ('{start.isoformat()}') TO ('{end.isoformat()}')"  # parameters are not possible here
            cursor.execute(f"CREATE TABLE orgs_change_{start:%Y_%m} PARTITION OF orgs_change FOR VALUES {bounds}")
            cursor.execute(PROTECT)
        count += 1
    if found:
        with connection.cursor() as cursor:
            cursor.execute(PROTECT)  # also what pg_partman has created
    return count


def audit() -> str:
    """A check of `doctor`."""
    try:
        found = partitions()
    except DatabaseError as error:
        raise not_checked(error) from None
    if found is None:
        return "one table"
    if found.diverted:
        raise Fault(
            f"{found.diverted:,} bytes of changes are in the default partition: their months were missing. Decision 23 "
            "says how to move them."
        )
    if found.until < timezone.now() + SHORTAGE:
        raise Fault(f"The last month ends on {found.until:%Y-%m-%d}. Run `manage.py purge`, which creates more.")
    return f"months until {found.until:%Y-%m-%d}"


def read_partitions() -> Iterable[GaugeMetricFamily]:
    if found := partitions():
        text = "The end of the last monthly partition of the audit."
        until = found.until.timestamp()
        yield GaugeMetricFamily("hindsight_audit_partitioned_until_timestamp_seconds", text, value=until)
        text = "Size of the changes for which there was no month."
        yield GaugeMetricFamily("hindsight_audit_diverted_bytes", text, value=found.diverted)
