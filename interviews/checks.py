from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def check_model(**kwargs: Any) -> list[CheckMessage]:
    url, model = settings.PAIGE_BASE_URL, settings.PAIGE_MODEL
    messages: list[CheckMessage] = []
    if settings.PAIGE_API_KEY and not (url or model):
        hint = "Set PAIGE_BASE_URL and PAIGE_MODEL too, or remove the key."
        messages.append(Error("PAIGE_API_KEY is set without a model.", hint=hint, id="paige.E004"))
    if bool(url) != bool(model):
        missing = "PAIGE_MODEL" if url else "PAIGE_BASE_URL"
        hint = f"Set {missing} too, or neither. Without a model, rules choose what Paige asks."
        messages.append(
            Error(f"The settings of the model are incomplete: {missing} is missing.", hint=hint, id="paige.E001")
        )
    if url:
        messages.extend(check_url(url))
    return messages


def check_wording(**kwargs: Any) -> list[CheckMessage]:
    """Unless other settings are set, the model that chooses also words."""
    url = settings.PAIGE_WORDING_BASE_URL or settings.PAIGE_BASE_URL
    model = settings.PAIGE_WORDING_MODEL or settings.PAIGE_MODEL
    is_own = (settings.PAIGE_WORDING_BASE_URL, settings.PAIGE_WORDING_MODEL, settings.PAIGE_WORDING_API_KEY)
    messages: list[CheckMessage] = []
    if any(is_own) and not (url and model):
        missing = "PAIGE_WORDING_MODEL" if url else "PAIGE_WORDING_BASE_URL"
        hint = f"Set {missing} too, or no PAIGE_WORDING_ variable. Without a model, Paige has the guide's words."
        error = f"The settings of the model that words are incomplete: {missing} is missing."
        messages.append(Error(error, hint=hint, id="paige.E006"))
    if settings.PAIGE_WORDING_BASE_URL:
        messages.extend(check_url(settings.PAIGE_WORDING_BASE_URL, "PAIGE_WORDING_BASE_URL", "Answers"))
    return messages


def check_url(url: str, name: str = "PAIGE_BASE_URL", sent: str = "Notes and answers") -> list[CheckMessage]:
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        hint = "Use https, unless the network is private."
        return [Warning(f"{sent} are sent to {name} unencrypted.", hint=hint, id="paige.W001")]
    return []
