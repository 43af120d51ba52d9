"""Writes only through interviews.services."""
