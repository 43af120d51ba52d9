from datetime import datetime

from django.db import connection, models

from hindsight.db.prepared_statements import fetch_row

# Sessions of other roles show no times: then the result is 1970 until they finish.
COMMITTED_BEFORE = """
SELECT least(statement_timestamp(), min(
    CASE WHEN activity.state IS NULL OR activity.state = 'disabled' THEN to_timestamp(0) ELSE activity.xact_start END
))
FROM pg_locks AS lock
JOIN pg_stat_activity AS activity ON activity.pid = lock.pid
WHERE lock.locktype = 'relation'
  AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND lock.relation = %(table)s::regclass
  AND lock.mode = 'RowExclusiveLock'
  AND lock.granted
  AND lock.pid <> pg_backend_pid()
"""


def committed_before(model: type[models.Model]) -> datetime | None:
    """No row with an earlier `ClockTime` can still be committed (decision 22).

    Returns None on SQLite, where writing transactions run one after the other.
    """
    if connection.vendor != "postgresql":
        return None
    time: datetime
    [time] = fetch_row(COMMITTED_BEFORE, {"table": model._meta.db_table})
    return time
