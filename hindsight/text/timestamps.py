from datetime import UTC, datetime


def utc_text(time: datetime, timespec: str = "auto") -> str:
    """RFC 3339 in UTC, for example 2026-11-25T12:00:00Z."""
    return time.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def utc_text_of(stored: str) -> str:
    """For a time that a statement has cast to text.

    SQLite: 2026-11-25 12:00:00.500000. PostgreSQL: 2026-11-25 12:00:00.5+00, because Django's sessions are in UTC.
    """
    text = stored.removesuffix("+00").replace(" ", "T")
    return f"{text if '.' not in text else text.ljust(26, '0')}Z"


def shown_time(time: datetime | str | None) -> str | None:
    """`time`: a text if a statement has cast it."""
    if isinstance(time, str):
        return utc_text_of(time)
    return None if time is None else utc_text(time)
