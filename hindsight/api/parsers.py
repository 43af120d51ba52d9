from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser

from hindsight.api.errors import BadRequest, PayloadTooLarge
from hindsight.server.bodies import MAX_BODY_BYTES
from hindsight.text import strict_json


class StrictJSONParser(BaseParser):
    """Raises PayloadTooLarge or BadRequest."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        body = stream.read(MAX_BODY_BYTES + 1)
        if len(body) > MAX_BODY_BYTES:
            raise PayloadTooLarge
        try:
            value = strict_json.parse(body)
        except strict_json.JSONError as error:
            raise BadRequest(f"The body is invalid JSON: {error}.") from None
        if not isinstance(value, dict):
            raise BadRequest("The body must be a JSON object.")
        return value
