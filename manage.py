#!/usr/bin/env python
"""Reads settings from .env, which `make run` creates for development."""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line
from dotenv import load_dotenv

from hindsight.server.prepare import explained_settings

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hindsight.settings")
    load_dotenv(Path(__file__).with_name(".env"))
    if sys.argv[1:2] == ["makemigrations"]:  # writes code, so it needs no settings of production
        os.environ.setdefault("HINDSIGHT_ENV", "development")
    with explained_settings():
        execute_from_command_line(sys.argv)
