"""A workbook that is written in parts, read again as the archive of XML that spreadsheets read."""

from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

from hindsight.text.xlsx import MAX_CELL_LENGTH, SHEET, workbook, xml_rows

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def rows_of(data: bytes) -> list[list[str]]:
    archive = ZipFile(BytesIO(data))
    assert archive.testzip() is None
    for name in archive.namelist():
        ElementTree.fromstring(archive.read(name))
    sheet = ElementTree.fromstring(archive.read(SHEET))
    return [["".join(cell.itertext()) for cell in row.iter(f"{MAIN}c")] for row in sheet.iter(f"{MAIN}row")]


def written(*parts: list[dict[str, object]]) -> bytes:
    rows = (xml_rows(records, ("id", "contact.name"), header=number == 0) for number, records in enumerate(parts))
    return b"".join(workbook("".join(part).encode() for part in rows))


def test_parts_become_one_sheet() -> None:
    first: list[dict[str, object]] = [{"id": 1, "contact": {"name": "=1+1 <b> & Jo\ufffe\u202e"}}]
    second: list[dict[str, object]] = [{"id": 2, "contact": None}]
    expected = [["id", "contact.name"], ["1", "=1+1 <b> & Jo\ufffd{U+202E}"], ["2", ""]]
    assert rows_of(written(first, second)) == expected


def test_a_long_text_is_cut() -> None:
    [_, row] = rows_of(written([{"id": "x" * (MAX_CELL_LENGTH + 1), "contact": None}]))
    assert len(row[0]) == MAX_CELL_LENGTH


def test_an_empty_export_is_a_workbook() -> None:
    assert rows_of(b"".join(workbook([]))) == []
