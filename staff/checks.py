from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from interviews.checks import LOOPBACK


def check_logins(**kwargs: Any) -> list[CheckMessage]:
    return [*check_mail(), *check_single_sign_on()]


def check_mail() -> list[CheckMessage]:
    server, sender = settings.EMAIL_URL, settings.DEFAULT_FROM_EMAIL
    if bool(server) != bool(sender):
        missing = "EMAIL_FROM" if server else "EMAIL_URL"
        hint = f"Set {missing} too, or neither. Without mail, links to set a password are shown to a superuser."
        return [Error(f"The settings of mail are incomplete: {missing} is missing.", hint=hint, id="staff.E001")]
    if server and "ANYMAIL" in server:
        return []
    if settings.MAIL_WEBHOOK_SECRET:
        hint = "Set EMAIL_URL=anymail+NAME:…, the provider that posts the events, or remove the secret."
        return [Error("MAIL_WEBHOOK_SECRET is set without a provider.", hint=hint, id="staff.E005")]
    is_encrypted = server and (server["EMAIL_USE_TLS"] or server["EMAIL_USE_SSL"])
    if server and not is_encrypted and server["EMAIL_HOST"] not in LOOPBACK:
        hint = "Use submission:// or smtps://, unless the network is private."
        return [Warning("Links to set a password are sent to EMAIL_URL unencrypted.", hint=hint, id="staff.W001")]
    return []


def check_single_sign_on() -> list[CheckMessage]:
    needed = {name: getattr(settings, name) for name in ("OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")}
    missing = [name for name, value in needed.items() if not value]
    if any(needed.values()) and missing:
        hint = f"Set {' and '.join(missing)} too, or none of {', '.join(needed)}."
        return [Error("The settings of single sign-on are incomplete.", hint=hint, id="staff.E002")]
    if missing:
        if settings.OIDC_LINK_BY_EMAIL or settings.OIDC_TRUST_EMAIL or settings.OIDC_SECOND_FACTOR != "never":
            hint = "Set OIDC_SERVER_URL, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET too."
            return [Error("An identity provider is trusted, but none is set.", hint=hint, id="staff.E003")]
        return []
    if not is_protected(settings.OIDC_SERVER_URL):
        hint = "For example https://login.example.com, the part before /.well-known/openid-configuration."
        return [Error("OIDC_SERVER_URL is not an https URL.", hint=hint, id="staff.E004")]
    return []


def is_protected(url: object) -> bool:
    """Plain HTTP is for a provider on this machine."""
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))
