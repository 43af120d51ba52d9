"""Database errors that are not defects."""

from django.db import InterfaceError, InternalError, OperationalError

UNREACHABLE = "The service cannot reach its database at the moment."
BUSY = "Another change of the same data is in progress, and nothing was changed."
TOO_LONG = "The database took too long, and nothing was changed."

# By SQLSTATE. https://www.postgresql.org/docs/current/errcodes-appendix.html
REASONS = {
    "55P03": BUSY,  # lock_not_available: lock_timeout
    "40P01": BUSY,  # deadlock_detected
    "40001": BUSY,  # serialization_failure
    "57014": f"{TOO_LONG} Another change of the same data may be in progress.",  # query_canceled: statement_timeout
    "25006": "The database is read-only at the moment.",  # read_only_sql_transaction: a standby after a failover
    "53100": "The database has no free disk space, and nothing was changed.",  # disk_full
    "25P03": TOO_LONG,  # idle_in_transaction_session_timeout
}
SQLITE_REASONS = {
    "database is locked": BUSY,
    "attempt to write a readonly database": REASONS["25006"],
    "database or disk is full": REASONS["53100"],
}

DEADLOCK = "40P01"


def sqlstate_of(exception: BaseException) -> str | None:
    """PostgreSQL's error code, or None."""
    return getattr(exception.__cause__, "sqlstate", None)


def unavailable_reason(exception: BaseException) -> str | None:
    """Why the database cannot be used, for the client. None for other errors."""
    if not isinstance(exception, OperationalError | InterfaceError | InternalError):
        return None
    reason = REASONS.get(sqlstate_of(exception) or "") or SQLITE_REASONS.get(str(exception))
    if reason is None and not isinstance(exception, InternalError):
        return UNREACHABLE
    return reason
