"""Prepares the database: `python -m hindsight.server.prepare`."""

import logging
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import execute_from_command_line
from environs import EnvError


@contextmanager
def explained_settings() -> Iterator[None]:
    try:
        yield
    except EnvError as error:
        # Whoever has named the environment wants no other one.
        command = f"HINDSIGHT_ENV=development .venv/bin/python {shlex.join(sys.argv)}"
        hint = "" if "HINDSIGHT_ENV" in os.environ else f" For development, type: {command}"
        sys.exit(f"{str(error).rstrip('.')}. docs/operations.md lists the settings.{hint}")


def migrate() -> None:
    run("migrate", "--verbosity", "0", "--no-input")


def create_demo() -> None:
    if os.environ["HINDSIGHT_ENV"] == "development":
        run("demo")


def run(*arguments: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hindsight.settings")
    sys.argv = ["manage.py", *arguments]
    # In development, the security events of the preparation are stored only: their lines hide what `demo` prints.
    logging.disable(logging.INFO if os.environ["HINDSIGHT_ENV"] == "development" else logging.NOTSET)
    with explained_settings():
        execute_from_command_line(sys.argv)
    logging.disable(logging.NOTSET)


if __name__ == "__main__":
    migrate()
    create_demo()
