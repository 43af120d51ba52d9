"""The development settings, so that pytest works without environment variables."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("HINDSIGHT_ENV", "development")

from hindsight.settings import *  # noqa: F403
from hindsight.settings import CACHES, DATABASES

if DATABASES["default"]["ENGINE"] == "hindsight.db.sqlite3":
    # Django's own SQLite engine gets this name by default. This engine would get the file's name with a prefix.
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}

if CACHES["counters"]["BACKEND"] == "hindsight.limits.counters.SQLiteCounters":
    # A file for each process: tests set the clock, and expired counters are deleted.
    _folder = tempfile.TemporaryDirectory(prefix="hindsight-tests-", ignore_cleanup_errors=True)
    CACHES["counters"]["LOCATION"] = str(Path(_folder.name, "counters"))

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the default is slow by design
WHITENOISE_AUTOREFRESH = True  # otherwise every test client scans all static files

# Inherited by the processes that tests start: they use the real settings.
os.environ["DJANGO_SETTINGS_MODULE"] = "hindsight.settings"
