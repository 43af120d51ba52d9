"""`make translations` adds new texts to each django.po, and compiles it. `make check` prints what is missing.

Uses Babel: `makemessages` needs the programs of GNU gettext.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
LOCALE, CATALOGS = ROOT / "locale", "*/LC_MESSAGES/django.po"
# Rooms with texts for contacts; everything else is English.
SOURCES = ("hindsight", "orgs", "contacts", "interviews", "sequences")
KEYWORDS = {**DEFAULT_KEYWORDS, "gettext_lazy": None, "gettext_noop": None}
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        problems = [problem for po in sorted(LOCALE.glob(CATALOGS)) for problem in check(po)]
        sys.stdout.writelines(f"{problem}\n" for problem in problems)
        return 1 if problems else 0
    for language in arguments:
        create(LOCALE, language)
    for po in sorted(LOCALE.glob(CATALOGS)):
        sys.stdout.write(f"{po.relative_to(ROOT)}: {update(po)} texts to translate\n")
    return 0


def create(folder: Path, language: str) -> Path:
    po = folder / CATALOGS.replace("*", to_locale(language))
    po.parent.mkdir(parents=True, exist_ok=True)
    write(po, Catalog(to_locale(language), header_comment="#", project="Hindsight", version="1", fuzzy=False))
    return po


def check(po: Path) -> Iterator[str]:
    catalog, name = read(po), po.parent.parent.name
    needed, present = ({message.id for message in messages(each)} for each in (_texts(), catalog))
    for text in needed ^ present:
        yield f"{name}: run `make translations`: {text!r} is {'missing' if text in needed else 'no longer used'}"
    for message in messages(catalog):
        if problem := _problem(message):
            yield f"{name}: {problem}: {message.id!r}"
    if po.with_suffix(".mo").read_bytes() != _compiled(catalog):
        yield f"{name}: run `make translations`: django.mo is out of date"


def update(po: Path) -> int:
    """Returns how many texts have no translation."""
    catalog = read(po)
    catalog.update(_texts(), no_fuzzy_matching=True, update_creation_date=False)
    write(po, catalog)
    po.with_suffix(".mo").write_bytes(_compiled(catalog))
    return sum(_problem(message) is not None for message in messages(catalog))


def _texts() -> Catalog:
    catalog = Catalog()
    files = (file for folder in SOURCES for file in sorted((ROOT / folder).rglob("*")))
    for path in filter(lambda file: file.suffix in (".py", ".html"), files):
        for _, text, comments, context in extract("python", BytesIO(_python(path)), KEYWORDS):
            catalog.add(text, None, [(str(path.relative_to(ROOT)), 0)], auto_comments=comments, context=context)
    return catalog


def _python(path: Path) -> bytes:
    """A template becomes Python code with calls of gettext, as in `makemessages`."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines())
    return text.encode()


def _problem(message: Message) -> str | None:
    *_, original = _forms(message.id)
    texts = _forms(message.string)
    if not all(texts) or message.fuzzy:
        return "marked fuzzy" if message.fuzzy else "no translation"
    is_complete = all({*PLACEHOLDER.findall(text)} == {*PLACEHOLDER.findall(original)} for text in texts)
    return None if is_complete else "other placeholders than the original"


def _forms(text: str | Iterable[str] | None) -> list[str]:
    return [text or ""] if isinstance(text, str | None) else list(text)


def messages(catalog: Catalog) -> list[Message]:
    """Without the header."""
    return [message for message in catalog if message.id]


def _compiled(catalog: Catalog) -> bytes:
    write_mo(file := BytesIO(), catalog)
    return file.getvalue()


def read(po: Path) -> Catalog:
    with po.open("rb") as file:
        return read_po(file, locale=po.parent.parent.name)


def write(po: Path, catalog: Catalog) -> None:
    with po.open("wb") as file:
        write_po(file, catalog, width=110, sort_by_file=True, ignore_obsolete=True, include_lineno=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
