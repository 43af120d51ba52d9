"""Parses only JSON that both databases store unchanged (decision 13). https://www.rfc-editor.org/rfc/rfc8259"""

import codecs
import json
import math
from typing import Any, NoReturn

from hindsight.text.storable import storage_problem

MAX_DEPTH = 32


class JSONError(ValueError):
    """Completes "The body is invalid JSON: …"."""


def parse(body: bytes) -> Any:
    """Raises JSONError."""
    if body.startswith(codecs.BOM_UTF8):
        raise JSONError("it begins with a byte order mark. Send UTF-8 without it")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise JSONError("it is not encoded in UTF-8") from None
    try:
        value = _DECODER.decode(text)
    except JSONError:
        raise
    except RecursionError:
        raise JSONError(f"it is nested deeper than {MAX_DEPTH} levels") from None
    except json.JSONDecodeError as error:
        raise JSONError(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except ValueError:  # int() refuses thousands of digits
        raise JSONError("it contains a number with too many digits") from None
    # A decoded text without these escape sequences has no surrogate, and the parser has refused NUL.
    if "\\u" in text or text.count("{") + text.count("[") > MAX_DEPTH:
        check_value(value)
    return value


def check_value(value: Any, depth: int = 0) -> None:
    """Raises JSONError."""
    if isinstance(value, str):
        if problem := storage_problem(value):
            raise JSONError(problem)
    elif isinstance(value, dict | list):
        if depth == MAX_DEPTH:
            raise JSONError(f"it is nested deeper than {MAX_DEPTH} levels")
        for item in value:
            check_value(item, depth + 1)
        if isinstance(value, dict):
            for item in value.values():
                check_value(item, depth + 1)


def type_name(value: object) -> str:
    names: dict[type, str] = {
        bool: "a boolean",
        str: "a string",
        int: "a number",
        float: "a number",
        list: "an array",
        dict: "an object",
    }
    return names.get(type(value), "null")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise JSONError("an object has the same key twice")
    return members


def _no_constant(name: str) -> NoReturn:
    raise JSONError(f"{name} is not valid JSON")


def _finite_float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise JSONError("it contains a number that is too large")
    return number


_DECODER = json.JSONDecoder(object_pairs_hook=_unique_keys, parse_constant=_no_constant, parse_float=_finite_float)


class Decoder(json.JSONDecoder):
    """For `forms.JSONField`, which expects JSONDecodeError."""

    def decode(self, s: str, *args: Any) -> Any:
        try:
            return parse(s.encode())
        except JSONError as error:
            raise json.JSONDecodeError(str(error), s, 0) from None
