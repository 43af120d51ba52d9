"""Imports in the browser: a person confirms the columns, sees each value before and after, and then imports.

The file stays in the browser, and each request has it again. So nothing has to be erased on the server, and no other
server has to have it.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from io import BytesIO
from itertools import islice
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from hindsight.server.bodies import MAX_BODY_BYTES
from hindsight.text.csv_layouts import shortened, unmapped
from hindsight.text.import_files import MAX_LINE_BYTES, BadRow, CsvRows, Lines
from hindsight.text.record_files import Record, csv_lines
from hindsight.text.storable import clean_text
from hindsight.text.xlsx import csv_of, is_workbook
from orgs.actors import Actor
from orgs.imports import Effect, Importer, of_first_rows
from orgs.models import EventKind
from staff.lists.exports import ExportableAdmin
from staff.orgs.org_choice import PICK, OrgField
from staff.security_events import actor_of, record_act

MAX_ROWS = 5_000
MAX_FILE_BYTES = MAX_BODY_BYTES - 16 * 1024  # the other fields, too, are in the body
MAX_COLUMNS = 100
SAMPLE_ROWS = 3
SHOWN_ROWS = 100
SHOWN_CHARACTERS = 200

UTF_8, WINDOWS = "utf-8", "cp1252"
ENCODINGS = {UTF_8: "UTF-8", WINDOWS: "Windows-1252"}
"""Declared by the person who uploads: a guess would be wrong for some names."""
SAVE_AS_UTF_8 = "Or save it in Excel with “Save as”, type “CSV UTF-8”, or as a workbook (XLSX)."
CHANGED = "The file or its columns are not those that were checked. Check them again."
KEPT = "An empty cell, and a column that is not imported, keep the stored value."


@dataclass(frozen=True)
class Importable:
    """`permissions`: all are needed. `created`: columns of the file that says what an import has created."""

    row: str
    importer: Importer
    help: str
    columns_help: str
    permissions: tuple[str, ...]
    created: tuple[str, ...] = ()


class Upload:
    """A file, and the fields of its columns. Without `columns`, they are guessed. Raises ValidationError."""

    def __init__(self, importer: Importer, data: bytes, encoding: str, columns: Sequence[str] = ()) -> None:
        self.importer = importer
        self.data = data
        text = csv_of(data, importer.fields.exported) if is_workbook(data) else _in_utf_8(data, encoding)
        rows = CsvRows(Lines(BytesIO(text)))
        self.header = _checked_header(rows.header)
        self.rows = list(islice(rows, MAX_ROWS + 1))
        if len(self.rows) > MAX_ROWS:
            raise ValidationError(
                f"The file has more than {MAX_ROWS:,} rows. Split it, or ask the operator to import it with manage.py."
            )
        layout = importer.fields.guess(self.header, rows.delimiter)
        self.layout = replace(layout, columns=tuple(columns)) if columns else layout

    def digest(self, **chosen: Any) -> str:
        """Of the file, the fields of its columns, and what else was chosen."""
        return sha256(self.data + repr((self.layout, chosen)).encode()).hexdigest()

    def columns(self) -> Iterator[dict[str, Any]]:
        sample = [row[1] for row in islice(self.rows, SAMPLE_ROWS) if not isinstance(row, BadRow)]
        chosen = self.layout.columns if len(self.layout.columns) == len(self.header) else [""] * len(self.header)
        for index, (header, name) in enumerate(zip(self.header, chosen, strict=True)):
            texts = [row[index] for row in sample if len(row) == len(self.header)]
            yield {"header": header, "field": name, "texts": texts}

    def write(self, *, org_id: int, actor: Actor, dry_run: bool, **options: Any) -> "Result":
        """Each batch is a transaction. Raises ValidationError."""
        self.importer.fields.check(self.header, self.layout.columns)
        result = Result(dry_run, unmapped(self.header, self.layout.columns))
        for batch in self.importer.batches(self.importer.read_csv(self.rows, self.layout)):
            self.importer.write(batch, org_id=org_id, actor=actor, dry_run=dry_run, **options)
            result.changes += of_first_rows(batch.effects, SHOWN_ROWS - result.changing)
            result.counts += batch.counts()
            result.created += batch.created
            result.rejected += batch.rejected
        return result


@dataclass
class Result:
    """`changes`: of the first SHOWN_ROWS rows."""

    is_dry_run: bool
    not_imported: list[str]
    counts: Counter[str] = field(default_factory=Counter)
    changes: list[Effect] = field(default_factory=list)
    created: list[Record] = field(default_factory=list)
    rejected: list[BadRow] = field(default_factory=list)

    @property
    def numbers(self) -> list[tuple[str, int]]:
        return [(name, self.counts[name]) for name in ("created", "updated", "unchanged", "rejected")]

    @property
    def changing(self) -> int:
        return self.counts["created"] + self.counts["updated"]

    @property
    def shown_changes(self) -> Iterator[tuple[str, str, str | None, str]]:
        for each in self.changes:
            before = None if each.before is None else shortened(each.before, SHOWN_CHARACTERS)
            yield each.row, each.field, before, shortened(each.after, SHOWN_CHARACTERS)

    @property
    def unshown_changes(self) -> int:
        return self.changing - len({effect.row for effect in self.changes})

    @property
    def shown_errors(self) -> list[BadRow]:
        return self.rejected[:SHOWN_ROWS]

    @property
    def unshown_errors(self) -> int:
        return max(0, len(self.rejected) - SHOWN_ROWS)

    def file(self, columns: Sequence[str]) -> str:
        """A data: URL of a CSV file with what was created and what was rejected, so that the server stores neither."""
        records = [*self.created, *({"line": str(row.line), "reason": row.reason} for row in self.rejected)]
        columns = ("line", *columns, "reason")
        lines = csv_lines(({**dict.fromkeys(columns, ""), **record} for record in records), columns)
        return f"data:text/csv;charset=utf-8;base64,{b64encode(''.join(lines).encode()).decode()}"


class UploadForm(forms.Form):
    """Subclasses add `org` to the cleaned data."""

    file = forms.FileField(label="CSV or XLSX file", widget=forms.FileInput(attrs={"accept": ".csv,text/csv,.xlsx"}))
    encoding = forms.ChoiceField(
        choices=[*ENCODINGS.items()],
        initial=UTF_8,
        help_text="Of a CSV file. Excel's “CSV UTF-8” is UTF-8. Its “CSV” is Windows-1252 in Western Europe and "
        "America. Choose it, too, if rows are rejected because they are not valid UTF-8.",
    )

    def options(self) -> dict[str, Any]:
        """For the importer's `write`."""
        return {}


class ImportForm(UploadForm):
    field_order = ("org", "file", "encoding")

    org = OrgField(help_text=f"The org of the rows. {PICK}")


class ImportingAdmin(ExportableAdmin):
    importable: Importable

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name=f"{self.url_prefix}_import"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        extra_context = {**(extra_context or {}), "may_import": self.may_import(request)}
        return super().changelist_view(request, extra_context)

    def may_import(self, request: HttpRequest) -> bool:
        return request.user.has_perms(self.importable.permissions)

    def import_form(self, request: HttpRequest) -> UploadForm:
        return ImportForm(request.POST or None, request.FILES or None, initial={"org": request.GET.get("org")})

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not self.may_import(request):
            raise PermissionDenied
        form, found = self.import_form(request), {}
        if form.is_valid():
            try:
                found = self.imported(request, form)
            except ValidationError as error:
                form.add_error("file", error)
        title = f"Import {self.importable.row}s"
        limits = {"max_rows": MAX_ROWS, "max_bytes": MAX_FILE_BYTES}
        context = {"importable": self.importable, "form": form, **limits, **found}
        return self.page(request, "lists/import", None, title=title, **context)

    def imported(self, request: HttpRequest, form: UploadForm) -> dict[str, Any]:
        """Imports what the person has checked before, and otherwise checks it. Returns what the page shows."""
        org, encoding, options = form.cleaned_data["org"], form.cleaned_data["encoding"], form.options()
        data = form.cleaned_data["file"].read()
        upload = Upload(self.importable.importer, data, encoding, request.POST.getlist("column"))
        digest = upload.digest(org=org.pk, encoding=encoding, **options)
        sent, found = request.POST.get("import"), {"upload": upload, "digest": digest, "columns_error": ""}
        if sent == digest:
            detail = f"{self.importable.row}s: {len(upload.rows):,} rows."
            record_act(request, EventKind.IMPORT, org, detail)
        elif sent:
            found["columns_error"] = CHANGED
        try:
            result = upload.write(org_id=org.pk, actor=actor_of(request), dry_run=sent != digest, **options)
        except ValidationError as error:
            return {**found, "columns_error": " ".join(error.messages)}
        return {**found, "result": result, "result_file": result.file(self.importable.created)}


def _in_utf_8(data: bytes, encoding: str) -> bytes:
    """Raises ValidationError if the file is not in the declared encoding, or is in UTF-8 instead."""
    if encoding == UTF_8 or data.isascii():
        return data
    with suppress(UnicodeDecodeError):
        data.decode(UTF_8)
        raise ValidationError("The file is in UTF-8. Choose the encoding UTF-8.")
    try:
        return data.decode(encoding).encode()
    except UnicodeDecodeError:
        raise ValidationError(f"The file is not in {ENCODINGS[encoding]}. {SAVE_AS_UTF_8}") from None


def _checked_header(header: list[str]) -> list[str]:
    """Raises ValidationError."""
    if not 0 < len(header) <= MAX_COLUMNS:
        raise ValidationError(f"The first line must name 1 to {MAX_COLUMNS} columns. It has {len(header):,}.")
    try:
        "".join(header).encode()
    except UnicodeEncodeError:
        message = f"The file is not in UTF-8. If Excel has saved it as CSV, choose the encoding {ENCODINGS[WINDOWS]}."
        raise ValidationError(f"{message} {SAVE_AS_UTF_8}") from None
    return [clean_text(name, MAX_LINE_BYTES) for name in header]
