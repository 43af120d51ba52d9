from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from interviews.checks import LOOPBACK


def check_logins(**kwargs: Any) -> list[CheckMessage]:
    return check_mail()


def check_mail() -> list[CheckMessage]:
    server, sender = settings.EMAIL_URL, settings.DEFAULT_FROM_EMAIL
    if bool(server) != bool(sender):
        missing = "EMAIL_FROM" if server else "EMAIL_URL"
        hint = f"Set {missing} too, or neither. Without mail, links to set a password are shown to a superuser."
        return [Error(f"The settings of mail are incomplete: {missing} is missing.", hint=hint, id="staff.E001")]
    is_encrypted = server and (server["EMAIL_USE_TLS"] or server["EMAIL_USE_SSL"])
    if server and not is_encrypted and server["EMAIL_HOST"] not in LOOPBACK:
        hint = "Use submission:// or smtps://, unless the network is private."
        return [Warning("Links to set a password are sent to EMAIL_URL unencrypted.", hint=hint, id="staff.W001")]
    return []
