"""Workbooks. They are read with openpyxl, but written in parts, which it cannot: rows as XML, which `workbook()` puts
into the archive.

https://learn.microsoft.com/en-us/office/open-xml/spreadsheet/structure-of-a-spreadsheetml-document
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time
from io import BytesIO, StringIO
from itertools import takewhile
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.exceptions import ValidationError

from hindsight.text.record_files import Record, cell_of, escape_formulas
from hindsight.text.visible import visible

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_CELL_LENGTH = 32_767
"""Of spreadsheets. Longer texts are cut."""
MAX_UNZIPPED_BYTES = 32 * 1024 * 1024

# https://www.w3.org/TR/xml/#charsets
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
    '<sheets><sheet name="Export" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
SHEET = "xl/worksheets/sheet1.xml"


def xml_rows(records: Iterable[Record], columns: Sequence[str], *, header: bool = True) -> Iterator[str]:
    """Texts are not formulas, whatever they begin with."""
    if header:
        yield _row(columns)
    for record in records:
        yield _row([visible(cell_of(record, column)) for column in columns])


def workbook(rows: Iterable[bytes]) -> Iterator[bytes]:
    """`rows`: of `xml_rows()`."""
    out = _Chunks()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for name, text in PARTS.items():
            archive.writestr(name, _XML + text)
        with archive.open(SHEET, "w", force_zip64=True) as sheet:
            sheet.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for part in rows:
                sheet.write(part)
                yield out.taken()
            sheet.write(b"</sheetData></worksheet>")
    yield out.taken()


def is_workbook(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04")


def csv_of(data: bytes, exported: Sequence[str]) -> bytes:
    """The first sheet as CSV, with the last values of formulas. Raises ValidationError.

    If its columns are `exported`, those of our export, formulas are escaped, as they are in that export as CSV.
    """
    from openpyxl import load_workbook  # most processes read no workbook, and it is large

    out = StringIO()
    writer = csv.writer(out)
    try:
        with ZipFile(BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNZIPPED_BYTES:
                raise ValidationError(f"The workbook has more than {MAX_UNZIPPED_BYTES // 2**20} MiB of XML.")
        sheet = load_workbook(BytesIO(data), read_only=True, data_only=True).worksheets[0]
        sheet.reset_dimensions()  # some programs declare too few
        rows = ([_text(cell) for cell in row] for row in sheet.values)
        header = [*takewhile(bool, next(rows, []))]
        writer.writerow(header)
        escaped = escape_formulas if tuple(header) == tuple(exported) else str
        writer.writerows(map(escaped, _padded(row, len(header))) for row in rows)
    except ValidationError:
        raise
    except Exception:  # openpyxl has no common class of errors
        raise ValidationError("This is not a valid workbook. Save it again as XLSX, or as CSV UTF-8.") from None
    return out.getvalue().encode()


def _padded(row: list[str], columns: int) -> list[str]:
    """Rows end after their last cell with a value, or have cells that are only formatted."""
    while len(row) > columns and not row[-1]:
        row.pop()
    return row + [""] * (columns - len(row)) if any(row) else []


def _text(value: Any) -> str:
    """Of a cell. Whole numbers have no decimals: a spreadsheet knows no integers."""
    if value is None:
        return ""
    if isinstance(value, date | time):
        return value.isoformat()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _row(cells: Iterable[str]) -> str:
    return f"<row>{''.join(map(_cell, cells))}</row>"


def _cell(text: str) -> str:
    xml = escape(NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text[:MAX_CELL_LENGTH]))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{xml}</t></is></c>'


class _Chunks:
    """A file that cannot seek, whose content is taken while it is written."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: Any) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def taken(self) -> bytes:
        parts, self.parts = self.parts, []
        return b"".join(parts)
