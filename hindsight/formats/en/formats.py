"""How times stand on staff's pages: in UTC, by 24 hours, short enough for a column."""

DATETIME_FORMAT = "j M Y, H:i"
DATE_FORMAT = "j M Y"
