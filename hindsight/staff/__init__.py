"""The site that staff work on: how they get in. Their pages are in interviews.admin."""
