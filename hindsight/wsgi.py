"""The WSGI entry point: Django, behind a reader of chunked bodies."""

import os

from django.core.wsgi import get_wsgi_application

from hindsight.chunked import ChunkedBodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hindsight.settings")

application = ChunkedBodies(get_wsgi_application())
