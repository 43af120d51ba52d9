"""`make check` refuses a catalog that does not match the code."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from tools.dev.translations import LOCALE, check, read, update, write

TEXT = "Send answer"
SECONDS = "Too many requests from your network. Try again in {seconds} seconds."


@pytest.fixture
def po(tmp_path: Path) -> Path:
    """A copy of the German catalog."""
    shutil.copytree(LOCALE / "de", tmp_path / "de")
    return tmp_path / "de" / "LC_MESSAGES" / "django.po"


def entry(catalog: Catalog, text: str) -> Message:
    message = catalog.get(text)
    assert message
    return message


def clear(catalog: Catalog) -> None:
    entry(catalog, TEXT).string = ""


def mark_fuzzy(catalog: Catalog) -> None:
    entry(catalog, TEXT).flags.add("fuzzy")


def rename_placeholder(catalog: Catalog) -> None:
    entry(catalog, SECONDS).string = "Bitte warten Sie {sekunden} Sekunden."


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (clear, f"de: no translation: '{TEXT}'"),
        (mark_fuzzy, f"de: marked fuzzy: '{TEXT}'"),
        (rename_placeholder, f"de: other placeholders than the original: '{SECONDS}'"),
        (lambda catalog: catalog.delete(TEXT), f"de: run `make translations`: '{TEXT}' is missing"),
        (lambda catalog: catalog.add("Gone", "Weg"), "de: run `make translations`: 'Gone' is no longer used"),
    ],
)
@pytest.mark.slow
def test_a_wrong_entry_is_named(po: Path, change: Callable[[Catalog], object], problem: str) -> None:
    assert list(check(po)) == []
    catalog = read(po)
    change(catalog)
    write(po, catalog)
    assert list(check(po)) == [problem, "de: run `make translations`: django.mo is out of date"]


@pytest.mark.slow
def test_an_update_adds_new_texts_removes_old_ones_and_keeps_translations(po: Path) -> None:
    catalog = read(po)
    catalog.delete(TEXT)
    catalog.add("Gone", "Weg")
    write(po, catalog)
    assert update(po) == 1
    assert entry(read(po), TEXT).string == ""
    assert read(po).get("Gone") is None
    assert entry(read(po), "Continue").string == "Weiter"
    assert list(check(po)) == [f"de: no translation: '{TEXT}'"]
