"""One server may serve both requests."""

from dataclasses import dataclass, field

from django.conf import settings


@dataclass(frozen=True)
class ModelServer:
    base_url: str
    model: str
    api_key: str = field(repr=False)


def choosing_server() -> ModelServer | None:
    """Gets notes and objective."""
    is_model = settings.PAIGE_CHOOSER == "model"
    return _server(settings.PAIGE_BASE_URL, settings.PAIGE_MODEL, settings.PAIGE_API_KEY) if is_model else None


def wording_server() -> ModelServer | None:
    """Gets the conversation, but neither notes nor objective. Another server never gets the key of the first one."""
    if settings.PAIGE_WORDING != "model":
        return None
    url, model = settings.PAIGE_WORDING_BASE_URL, settings.PAIGE_WORDING_MODEL or settings.PAIGE_MODEL
    if url:
        return _server(url, model, settings.PAIGE_WORDING_API_KEY)
    return _server(settings.PAIGE_BASE_URL, model, settings.PAIGE_WORDING_API_KEY or settings.PAIGE_API_KEY)


def _server(base_url: str, model: str, api_key: str) -> ModelServer | None:
    return ModelServer(base_url, model, api_key) if base_url and model else None
