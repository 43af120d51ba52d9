"""The WSGI entry point: Django, behind a reader of chunked bodies."""

import logging
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from hindsight.chunked import ChunkedBodies
from hindsight.utf8 import Utf8Request

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hindsight.settings")
logging.captureWarnings(True)  # they would stand in the log as bare text

django = get_wsgi_application()
django.request_class = Utf8Request
application = ChunkedBodies(django)

# What the first request, and the first interview, would import, so that they are not slower than the others.
import_module(settings.ROOT_URLCONF)
import_module("interviews.paige.engines").interviewer()
