"""Paige, the interviewer. docs/architecture.md describes her modules."""
