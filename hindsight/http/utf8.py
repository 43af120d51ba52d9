"""Requests whose text is UTF-8, whatever their clients call it."""

from typing import Any

from django.core.handlers.wsgi import WSGIRequest


class Utf8Request(WSGIRequest):
    """Leaves the charset of the content type unread.

    Django would decode with any codec that Python knows, `base64` and `idna` among them, and fails with some of them
    before there is a request that could be answered.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        super()._set_content_type_params(  # type: ignore[misc]  # the stubs leave it out
            {"CONTENT_TYPE": without_charset(meta.get("CONTENT_TYPE", ""))}
        )


def without_charset(content_type: str) -> str:
    kind, *parameters = content_type.split(";")
    return ";".join([kind, *(one for one in parameters if not one.strip().lower().startswith("charset"))])
