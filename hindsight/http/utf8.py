from typing import Any

from django.core.handlers.wsgi import WSGIRequest


class Utf8Request(WSGIRequest):
    """Form data is UTF-8, whatever its charset: some Python codecs raise before a request object exists."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        super()._set_content_type_params(  # type: ignore[misc]  # missing in django-stubs
            {"CONTENT_TYPE": without_charset(meta.get("CONTENT_TYPE", ""))}
        )


def without_charset(content_type: str) -> str:
    media_type, *parameters = content_type.split(";")
    kept = [parameter for parameter in parameters if not parameter.strip().lower().startswith("charset")]
    return ";".join([media_type, *kept])
