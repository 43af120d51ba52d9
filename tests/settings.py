"""The development settings, so that pytest works without environment variables."""

import os

os.environ.setdefault("HINDSIGHT_ENV", "development")

from hindsight.settings import *  # noqa: F403

# Inherited by the processes that tests start: they use the real settings.
os.environ["DJANGO_SETTINGS_MODULE"] = "hindsight.settings"
