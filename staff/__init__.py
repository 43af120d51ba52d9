"""The Django admin. Every write goes through the services of the other apps."""
