"""hindsight.rsgi runs it in production, `make dev` with Django's development server."""

import logging
import os

from django.core.wsgi import get_wsgi_application

from hindsight.http.utf8 import Utf8Request

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hindsight.settings")
logging.captureWarnings(True)  # formats warnings like other log lines

application = get_wsgi_application()
application.request_class = Utf8Request

# Imported before the workers are forked, for a fast first request.
from hindsight import urls  # noqa: E402, F401  # needs the settings
from interviews.paige.engines import preload  # noqa: E402

preload()
