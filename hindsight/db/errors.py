from django.db import InterfaceError, InternalError, OperationalError
from django.utils.translation import gettext_noop

UNREACHABLE = gettext_noop("The service cannot reach its database at the moment.")
BUSY = gettext_noop("Another change of the same data is in progress, and nothing was changed.")
TOO_LONG = gettext_noop("The database took too long, and nothing was changed.")
CANCELED = gettext_noop(
    "The database took too long, and nothing was changed. Another change of the same data may be in progress."
)
READ_ONLY = gettext_noop("The database is read-only at the moment.")
DISK_FULL = gettext_noop("The database has no free disk space, and nothing was changed.")

# By SQLSTATE. https://www.postgresql.org/docs/current/errcodes-appendix.html
REASONS = {
    "55P03": BUSY,  # lock_not_available: lock_timeout
    "40P01": BUSY,  # deadlock_detected
    "40001": BUSY,  # serialization_failure
    "57014": CANCELED,  # query_canceled: statement_timeout
    "25006": READ_ONLY,  # read_only_sql_transaction: a standby after a failover
    "53100": DISK_FULL,  # disk_full
    "25P03": TOO_LONG,  # idle_in_transaction_session_timeout
}
SQLITE_REASONS = {
    "database is locked": BUSY,
    "attempt to write a readonly database": READ_ONLY,
    "database or disk is full": DISK_FULL,
}

DEADLOCK = "40P01"

# Raised before a prepared statement is executed (decision 2).
STALE_STATEMENT = frozenset(
    (
        "0A000",  # feature_not_supported: cached plan must not change result type
        "26000",  # invalid_sql_statement_name: after DISCARD ALL, or on another server
        "42804",  # datatype_mismatch: a parameter has the type that a column had
        "42883",  # undefined_function: no operator for the type that a column had
    )
)


def sqlstate_of(exception: BaseException) -> str | None:
    return getattr(exception.__cause__, "sqlstate", None)


def unavailable_reason(exception: BaseException) -> str | None:
    """A text for the client. None if the error is a defect."""
    if not isinstance(exception, OperationalError | InterfaceError | InternalError):
        return None
    reason = REASONS.get(sqlstate_of(exception) or "") or SQLITE_REASONS.get(str(exception))
    if reason is None and not isinstance(exception, InternalError):
        return UNREACHABLE
    return reason
