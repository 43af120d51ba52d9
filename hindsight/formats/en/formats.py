"""Short enough for the table columns of staff pages."""

DATETIME_FORMAT = "j M Y, H:i"
DATE_FORMAT = "j M Y"
