from datetime import UTC, datetime


def utc_text(time: datetime, timespec: str = "auto") -> str:
    """RFC 3339 in UTC, for example 2026-11-25T12:00:00Z. `timespec`: as of `datetime.isoformat`."""
    return time.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")
