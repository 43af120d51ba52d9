"""JSON that both databases can store and give back. https://www.rfc-editor.org/rfc/rfc8259

Python's parser takes more than JSON (NaN, Infinity), loses some of what it takes (duplicate keys, 1e400), and lets
through what PostgreSQL refuses (NUL, lone surrogates) or what overflows the stack of a later reader (deep nesting).
All of that is refused here, at the door.
"""

import json
import math
from typing import Any, NoReturn

MAX_DEPTH = 32


class JSONError(ValueError):
    """What is wrong with a text of JSON, in words for the one who sent it."""


def parse(body: bytes) -> Any:
    """The value that `body` holds. Raises JSONError."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise JSONError("it is not encoded in UTF-8") from None
    try:
        value = json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_no_constant, parse_float=_finite_float)
    except JSONError:
        raise
    except RecursionError:
        raise JSONError(f"it is nested deeper than {MAX_DEPTH} levels") from None
    except json.JSONDecodeError as error:
        raise JSONError(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except ValueError:  # int() refuses thousands of digits
        raise JSONError("it holds a number with too many digits") from None
    check_value(value)
    return value


def check_value(value: Any, depth: int = 0) -> None:
    """Raises JSONError where a text cannot be stored, or where arrays and objects nest too deep."""
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, dict | list):
        if depth == MAX_DEPTH:
            raise JSONError(f"it is nested deeper than {MAX_DEPTH} levels")
        for item in value:
            check_value(item, depth + 1)
        if isinstance(value, dict):
            for item in value.values():
                check_value(item, depth + 1)


def check_text(text: str) -> None:
    """Raises JSONError for the two things that a text in PostgreSQL cannot hold."""
    if "\x00" in text:
        raise JSONError("it holds a NUL character (\\u0000)")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise JSONError("it holds half of a surrogate pair (\\ud800 to \\udfff)") from None


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise JSONError("an object has the same key twice")
    return members


def _no_constant(name: str) -> NoReturn:
    raise JSONError(f"{name} is no number of JSON")


def _finite_float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise JSONError("it holds a number that is too large")
    return number
