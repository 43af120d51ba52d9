"""Reads CSV and JSON Lines with limited memory, whatever is in them."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Self

from django.core.exceptions import ValidationError

from hindsight.text import strict_json

# Limits memory use. As large as a body of the API.
MAX_LINE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class BadRow:
    line: int
    reason: str


class Lines:
    """Lines, truncated to MAX_LINE_BYTES + 1 bytes, without a byte order mark. `position`: bytes read."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.position = 0

    def __iter__(self) -> Iterator[bytes]:
        while line := self.read():
            rest = line
            while not rest.endswith(b"\n") and (rest := self.read()):
                pass
            yield line

    def read(self) -> bytes:
        line = self.file.readline(MAX_LINE_BYTES + 1)
        byte_order_mark = b"\xef\xbb\xbf" if self.position == 0 else b""
        self.position += len(line)
        return line.removeprefix(byte_order_mark)


class CsvText:
    """The lines of a CSV file as text. `line`: how many were read.

    A quoted cell can go over many lines. `csv.reader` would collect all of them, and begins a new row after an error.
    """

    def __init__(self, lines: Lines) -> None:
        self.lines = iter(lines)
        self.line = self.row_bytes = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.line += 1
        self.row_bytes += len(line)
        if self.row_bytes > MAX_LINE_BYTES:
            raise csv.Error(f"it is longer than {MAX_LINE_BYTES:,} bytes")
        # Invalid UTF-8 rejects only its own row.
        return line.decode(errors="surrogateescape")


class CsvRows:
    """`header`: the cells of the first line, at whose commas, semicolons or tabs the file is split.

    Iterates over the other rows, with the number of their first line, without empty ones. Raises ValidationError.
    """

    def __init__(self, lines: Lines) -> None:
        self.text = CsvText(lines)
        try:
            line = next(self.text, "")
            headers = {each: next(csv.reader([line], delimiter=each, strict=True), []) for each in ",;\t"}
        except csv.Error as error:
            raise ValidationError(f"The first line is not a valid CSV row: {error}.") from None
        self.delimiter = max(headers, key=lambda each: len(headers[each]))
        self.header = headers[self.delimiter]
        self.reader = csv.reader(self.text, strict=True, delimiter=self.delimiter)

    def __iter__(self) -> Iterator[tuple[int, list[str]] | BadRow]:
        while True:
            number = self.text.line + 1
            self.text.row_bytes = 0
            try:
                cells = next(self.reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield BadRow(number, f"Invalid CSV row: {error}.")
                continue
            if cells:
                yield self._checked(number, cells)

    def _checked(self, number: int, cells: list[str]) -> tuple[int, list[str]] | BadRow:
        if len(cells) != len(self.header):
            return BadRow(number, f"The header has {len(self.header)} columns, but this row has {len(cells)}.")
        try:
            "".join(cells).encode()
        except UnicodeEncodeError:
            return BadRow(number, "The row is not valid UTF-8.")
        return number, cells


def json_objects(lines: Lines) -> Iterator[tuple[int, dict[str, Any]] | BadRow]:
    """With the numbers of their lines."""
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE_BYTES:
            yield BadRow(number, f"The line is longer than {MAX_LINE_BYTES:,} bytes.")
        elif line.strip():
            try:
                value = strict_json.parse(line)
            except strict_json.JSONError as error:
                yield BadRow(number, f"Invalid JSON: {error}.")
            else:
                yield (number, value) if isinstance(value, dict) else BadRow(number, "Expected a JSON object.")
