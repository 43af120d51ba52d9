import os
from importlib.util import find_spec
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hindsight.mcp.views import NOT_INSTALLED


class Command(BaseCommand):
    help = "Serves MCP over standard input and output, with the API key in HINDSIGHT_API_KEY."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        if find_spec("mcp") is None:
            raise CommandError(NOT_INSTALLED)
        from hindsight.mcp.server import serve_stdio  # imports the SDK

        if not (key := os.environ.get("HINDSIGHT_API_KEY")):
            raise CommandError("Set HINDSIGHT_API_KEY to an API key.")
        server = {"REMOTE_ADDR": "127.0.0.1", "SERVER_NAME": "localhost", "SERVER_PORT": "443"}
        serve_stdio({**server, "wsgi.url_scheme": "https", "HTTP_AUTHORIZATION": f"Bearer {key}"})
