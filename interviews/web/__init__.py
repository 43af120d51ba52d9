"""The survey page. Writes only through interviews.services."""
