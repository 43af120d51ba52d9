"""The survey page. It writes only through interviews.services."""
