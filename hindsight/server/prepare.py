"""Commands that the server runs, each in a process of its own."""

import logging
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
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
    hide_security_events()
    run("migrate", "--verbosity", "0", "--no-input")


def create_demo() -> None:
    if settings.DEVELOPMENT:
        hide_security_events()
        run("demo")


def run(*arguments: str) -> None:
    execute_from_command_line(["manage.py", *arguments])


def hide_security_events() -> None:
    """In development, they are stored only: their lines hide what `demo` prints. Until the process ends."""
    if settings.DEVELOPMENT:
        logging.disable(logging.INFO)
