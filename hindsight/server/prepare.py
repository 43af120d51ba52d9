"""Migrates the database, and creates the demo data in development: `python -m hindsight.server.prepare`."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import execute_from_command_line
from environs import EnvError


@contextmanager
def explained_settings() -> Iterator[None]:
    """Exits if a setting is missing or not valid."""
    try:
        yield
    except EnvError as error:
        sys.exit(f"{error}. docs/operations.md lists the settings. For development, set HINDSIGHT_ENV=development.")


def migrate() -> None:
    run("migrate", "--verbosity", "0", "--no-input")


def create_demo() -> None:
    """Prints how to use it. Only in development."""
    if os.environ["HINDSIGHT_ENV"] == "development":
        run("demo")


def run(*arguments: str) -> None:
    """Exits if the command fails."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hindsight.settings")
    sys.argv = ["manage.py", *arguments]
    with explained_settings():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    migrate()
    create_demo()
