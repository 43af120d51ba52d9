"""What an API key may do."""

from collections.abc import Mapping

from django.db import models


class Scopes(models.TextChoices):
    READ_WRITE = "read write", "read and write"
    READ = "read", "read"
    WRITE = "write", "write"


# The scope that a request needs, by method.
SCOPE_OF_METHOD: Mapping[str, str] = {"GET": "read", "HEAD": "read", "POST": "write", "PATCH": "write"}
