"""JSON bodies: how those of requests are parsed and validated, and those of responses rendered.

Unknown fields and nulls of requests are errors, and types are not converted.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cache
from operator import attrgetter
from typing import IO, Any, cast

from django.http import HttpResponse
from drf_spectacular.drainage import set_override
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from hindsight.api.errors import BadRequest, PayloadTooLarge, UnsupportedMediaType
from hindsight.db.ids import PublicId
from hindsight.server.bodies import MAX_BODY_BYTES
from hindsight.text import strict_json
from hindsight.text.timestamps import shown_time

RENDERER = JSONRenderer()

# Limit the response to a body with many unknown fields.
MAX_SHOWN_FIELDS = 20
MAX_SHOWN_CHARACTERS = 100


class AlwaysJSON(BaseContentNegotiation):
    """Ignores the Accept header."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type or ""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        """Raises UnsupportedMediaType."""
        if request.META.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
            raise UnsupportedMediaType(str(request.method), is_encoded=True)
        media_type = (request.content_type or "").partition(";")[0].strip().lower()
        for parser in parsers:
            if parser.media_type == media_type:
                return parser
        raise UnsupportedMediaType(str(request.method))


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


class Response(HttpResponse):
    """Renders its body at once. REST framework's Response is a template response, which takes twice the time."""

    def __init__(self, body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(RENDERER.render(body), RENDERER.media_type, status=status, headers=headers)


def body_of(declared: type[serializers.Serializer[Any]], row: object) -> dict[str, Any]:
    """Reads an attribute of the row for each declared field: its `source`, or that of its name. REST framework takes
    four times as long.
    """
    return {name: shown(read(row)) if shown else read(row) for name, read, shown in _fields_of(declared)}


Read = Callable[[Any], Any]


@cache
def _fields_of(declared: type[serializers.Serializer[Any]]) -> tuple[tuple[str, Read, Read | None], ...]:
    return tuple((name, attrgetter(str(field.source)), _shown_by(field)) for name, field in declared().fields.items())


def _shown_by(field: Any) -> Read | None:
    """What the body has for a stored value. None: the value itself."""
    match field:
        case serializers.DateTimeField():
            return shown_time
        case serializers.BooleanField():  # SQLite has integers
            return bool
        case serializers.FloatField():
            return _shown_number
        case serializers.CharField() | serializers.ChoiceField() if field.allow_null:
            return lambda text: text or None
    return None


def _shown_number(number: Any) -> int | float | None:
    """Whole numbers have no decimal point."""
    return number if number is None else int(number) if number == int(number) else float(number)


class StrictSerializer(serializers.Serializer[Any]):
    # Whether `validate()` refuses a body that has only the required fields. A docstring would appear in the schema.
    needs_a_value = False

    default_error_messages = {"invalid": "Must be an object.", "null": "Must be an object, not null."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        sent = data if isinstance(data, Mapping) else {}
        names = [name[:MAX_SHOWN_CHARACTERS] for name in sent if name not in self.fields]
        unknown = {name: [self.unknown(name)] for name in names[:MAX_SHOWN_FIELDS]}
        try:
            value: dict[str, Any] = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**unknown, **cast(dict[str, Any], error.detail)}) from None
        if unknown:
            raise serializers.ValidationError(unknown)
        return value

    def unknown(self, name: str) -> str:
        longer = [field for field in map(str, self.fields) if field.endswith(f"_{name}")]  # email: contact_email
        close = longer or get_close_matches(name, self.fields, n=1, cutoff=0.5)
        if close:
            return f"Unknown field. Did you mean {close[0]}?"
        return f"Unknown field. Valid fields: {', '.join(self.fields)}."


class TextField(serializers.Field[str, Any, str, Any]):
    """`clean` raises Django's ValidationError."""

    default_error_messages = {
        "invalid": "Send a string, not {kind}.",
        "null": "Send a string, not null. Omit the field to keep the stored value.",
    }

    def __init__(self, *, clean: Callable[[str], str], schema: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        """`schema`: what `clean` accepts, as far as JSON Schema can say it."""
        super().__init__(**kwargs)
        self.clean = clean
        set_override(self, "field", {"type": "string", **(schema or {})})

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid", kind=strict_json.type_name(data))
        return self.clean(data)


class ChoiceField(serializers.ChoiceField):
    """The error names the values."""

    def __init__(self, choices: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(choices, **kwargs)
        self.error_messages["invalid_choice"] = f"Send one of {', '.join(self.choices)}."


class WholeNumberField(serializers.IntegerField):
    """Accepts no text and no fraction, but 7.0, as `integer` of JSON Schema does."""

    def to_internal_value(self, data: object) -> int:
        if isinstance(data, bool) or not isinstance(data, int | float) or data != int(data):
            self.fail("invalid")
        return super().to_internal_value(int(data))


class TimeField(serializers.Field[datetime, Any, str, Any]):
    """https://www.rfc-editor.org/rfc/rfc3339#section-5.6. Digits beyond microseconds are cut off."""

    FORMAT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)

    default_error_messages = {
        "invalid": "Send an RFC 3339 time with its offset, such as 2026-11-24T09:30:00Z. In a URL, + is written %2B."
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        set_override(self, "field", {"type": "string", "format": "date-time"})

    def to_internal_value(self, data: object) -> datetime:
        if not isinstance(data, str) or not self.FORMAT.fullmatch(data):
            self.fail("invalid")
        try:
            return datetime.fromisoformat(data.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("invalid")


class PublicIdField(serializers.Field[int, Any, int, Any]):
    """The validated value is the primary key, or NO_ID."""

    def __init__(self, *, model: type[PublicId], listed_by: str, **kwargs: Any) -> None:
        message = f'Send the id as {listed_by} shows it, for example "{model.ID_PREFIX}12".'
        super().__init__(error_messages={"invalid": message, "null": message}, **kwargs)
        self.model = model
        set_override(self, "field", {"type": "string", "pattern": f"^{model.ID_PREFIX}"})

    def to_internal_value(self, data: object) -> int:
        if not isinstance(data, str) or not data.startswith(self.model.ID_PREFIX):
            self.fail("invalid")
        return self.model.pk_in(data)
