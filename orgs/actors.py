from dataclasses import dataclass

from django.db import models


class ActorKind(models.TextChoices):
    API_KEY = "api_key", "API key"
    STAFF = "staff", "staff login"
    COMMAND = "command", "command"
    CONTACT = "contact", "contact"
    LINK = "link", "report link"


@dataclass(frozen=True)
class Actor:
    """`name`: the prefix of the key, the login, the command, "survey link" for a contact, or a report link's id."""

    kind: ActorKind
    name: str
    request_id: str = ""
