"""Who asks for a write."""

from dataclasses import dataclass

from django.db import models


class ActorKind(models.TextChoices):
    API_KEY = "api_key", "API key"
    STAFF = "staff", "staff login"
    COMMAND = "command", "command"


@dataclass(frozen=True)
class Actor:
    """Who, by a name that stays: a key's public prefix, a staff login, a command. `request_id`: of the HTTP request."""

    kind: ActorKind
    name: str
    request_id: str = ""
