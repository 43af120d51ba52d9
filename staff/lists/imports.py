"""Imports from a CSV file: a dry run, then the import, both by a worker."""

import csv
from codecs import getincrementaldecoder
from collections.abc import Iterator, Sequence
from functools import partial
from io import StringIO, TextIOWrapper
from itertools import islice
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from hindsight.text.csv_layouts import Layout
from hindsight.text.import_files import MAX_LINE_BYTES, MAX_LISTED, CsvText, Lines, unlisted_rows
from hindsight.text.record_files import Record, write_csv
from hindsight.text.storable import clean_text
from jobs.models import Job, Part, State
from jobs.services import create_job, start_job
from jobs.work import RUNNERS, Step, StepResult
from orgs.actors import Actor, ActorKind
from orgs.models import Org
from staff.lists.importable import IMPORTS, Importable

MAX_UPLOAD_BYTES = 64 * 1024 * 1024
SHOWN_ROWS = 3
SHOWN_ERRORS = 100
MAX_COLUMNS = 100

UTF_8, WINDOWS = "utf-8", "cp1252"
ENCODINGS = {UTF_8: "UTF-8", WINDOWS: "Windows-1252"}
"""Declared by the person who uploads: a guess would be wrong for some names."""
SAVE_AS_UTF_8 = "Or save it in Excel with “Save as”, type “CSV UTF-8”."


def new_import(*, kind: str, org: Org, owner: User, size: int, encoding: str = UTF_8, **more: Any) -> Job:
    """`size`: bytes of the file, which `upload()` gets in pieces. `encoding`: one of ENCODINGS. `more`: for `store`."""
    if not 0 < size <= MAX_UPLOAD_BYTES:
        raise ValidationError(f"Upload a file of at most {MAX_UPLOAD_BYTES // 2**20} MiB that is not empty.")
    options = {"size": size, "uploaded": 0, "format": "csv", "encoding": encoding, **more}
    return create_job(kind=kind, owner=owner, org=org, options=options)


def importable_of(job: Job) -> Importable:
    return IMPORTS[job.kind]


def upload(job: Job, piece: bytes, *, offset: int) -> bool:
    """Returns whether the file is complete. Then the dry run begins, if the header names the columns."""
    uploaded: int = job.options["uploaded"]
    if offset != uploaded or uploaded + len(piece) > job.options["size"]:
        raise ValidationError(f"The upload has {uploaded:,} of {job.options['size']:,} bytes. Send the next piece.")
    job.append(Part.INPUT, _in_utf_8(piece, job.options.get("encoding", UTF_8)))
    job.options["uploaded"] += len(piece)
    job.save(update_fields=["options"])
    if not is_uploaded(job):
        return False
    header, layout = importable_of(job).guess(_header_line(job))
    if not 0 < len(header) <= MAX_COLUMNS:
        raise ValidationError(f"The first line must name 1 to {MAX_COLUMNS} columns. It has {len(header):,}.")
    job.options |= {"header": header, "delimiter": layout.delimiter, "is_exported": layout.is_exported}
    job.save(update_fields=["options"])
    if importable_of(job).key in layout.columns:
        check(job, layout.columns)
    return True


def is_uploaded(job: Job) -> bool:
    return bool(job.options["uploaded"] == job.options["size"])


def check(job: Job, columns: Sequence[str]) -> None:
    """Starts the dry run. Raises ValidationError."""
    importable = importable_of(job)
    if len(columns) != len(job.options["header"]) or not set(columns) <= {*importable.fields, ""}:
        raise ValidationError("Choose a field for each column.")
    if importable.key not in columns:
        raise ValidationError(f"Choose one column for {importable.key}.")
    for field in importable.fields:
        if columns.count(field) > 1 and field not in importable.joined:
            raise ValidationError(f"Choose one column for {field}.")
    start_job(job, total=_count_rows(job), columns=list(columns), keeps_input=True)


def run(job: Job, *, request_id: str) -> None:
    start_job(job, total=job.total, keeps_input=False, request_id=request_id)


def is_dry_run(job: Job) -> bool:
    return bool(job.options.get("keeps_input"))


def is_open(job: Job) -> bool:
    """Whether the columns can be chosen, and the import be run."""
    return job.state == State.DRAFT or (job.state == State.FINISHED and is_dry_run(job))


def first_rows(job: Job) -> list[list[str]]:
    text = CsvText(Lines(job.open(Part.INPUT)), errors="replace")
    try:
        return list(islice(csv.reader(text, delimiter=job.options["delimiter"]), 1, 1 + SHOWN_ROWS))
    except csv.Error:
        return []


def errors(job: Job) -> list[dict[str, str]]:
    if not rejected_rows(job):
        return []
    text = TextIOWrapper(job.open(Part.OUTPUT), "utf-8-sig", newline="")
    return list(islice((row for row in csv.DictReader(text) if row["reason"]), SHOWN_ERRORS))


def unshown_errors(job: Job) -> str:
    unshown, unlisted = rejected_rows(job) - SHOWN_ERRORS, rejected_rows(job) - MAX_LISTED
    page = f"… {unlisted_rows(unshown)}." if unshown > 0 else ""
    return f"{page} The file lists the first {MAX_LISTED:,}, {unlisted_rows(unlisted)}." if unlisted > 0 else page


def rejected_rows(job: Job) -> int:
    return int(job.counts.get("rejected", 0))


def _in_utf_8(piece: bytes, encoding: str) -> bytes:
    """Raises ValidationError if the piece is not in the declared encoding, or is in UTF-8 instead."""
    if encoding == UTF_8 or piece.isascii():
        return piece
    if _is_utf_8(piece):
        raise ValidationError("The file is in UTF-8. Choose the encoding UTF-8.")
    try:
        return piece.decode(encoding).encode()
    except UnicodeDecodeError:
        raise ValidationError(f"The file is not in {ENCODINGS[encoding]}. {SAVE_AS_UTF_8}") from None


def _is_utf_8(piece: bytes) -> bool:
    """Whether it is the beginning of a UTF-8 text, perhaps cut in a character."""
    try:
        getincrementaldecoder(UTF_8)().decode(piece)
    except UnicodeDecodeError:
        return False
    return True


def _header_line(job: Job) -> str:
    """Raises ValidationError if it is not text in UTF-8."""
    line = next(iter(Lines(job.open(Part.INPUT))), b"")
    try:
        return clean_text(line.decode(), MAX_LINE_BYTES)
    except UnicodeDecodeError:
        message = f"The file is not in UTF-8. If Excel has saved it as CSV, choose the encoding {ENCODINGS[WINDOWS]}."
        raise ValidationError(f"{message} {SAVE_AS_UTF_8}") from None


def _count_rows(job: Job) -> int:
    """Counts lines: a row with several lines counts as several."""
    return max(0, sum(1 for line in Lines(job.open(Part.INPUT)) if line.strip()) - 1)


def _layout(job: Job) -> Layout:
    options: dict[str, Any] = job.options
    return Layout(tuple(options["columns"]), options["delimiter"], options["is_exported"])


def _steps(job: Job) -> Iterator[Step]:
    importable = importable_of(job)
    rows = importable.reject_duplicates(importable.read(Lines(job.open(Part.INPUT)), _layout(job)))
    for batch in importable.batches(islice(rows, job.done, None)):
        yield partial(_import, job, batch)
    if rejected_rows(job) > MAX_LISTED and "unlisted" not in job.counts:
        yield partial(_count_unlisted, job, rejected_rows(job) - MAX_LISTED)


def _import(job: Job, batch: Any) -> StepResult:
    importable = importable_of(job)
    actor = Actor(ActorKind.STAFF, job.owner.get_username(), job.options.get("request_id", ""))
    options = {name: job.options[name] for name in importable.options}
    counts = importable.store(
        org_id=cast(int, job.org_id), batch=batch, actor=actor, dry_run=is_dry_run(job), **options
    )
    listed = islice(batch.rejected, max(0, MAX_LISTED - rejected_rows(job)))  # `store` may reject rows, too
    records = [] if is_dry_run(job) else [*importable.created(batch)]
    records += ({"line": str(row.line), "reason": row.reason} for row in listed)
    return StepResult(len(batch), _csv(job, records, header=job.output_bytes == 0 and bool(records)), counts)


def _count_unlisted(job: Job, number: int) -> StepResult:
    return StepResult(0, _csv(job, [{"line": "", "reason": unlisted_rows(number)}]), {"unlisted": number})


def _csv(job: Job, records: Sequence[Record], *, header: bool = False) -> bytes:
    out, columns = StringIO(), importable_of(job).columns
    write_csv(({**dict.fromkeys(columns, ""), **record} for record in records), out, columns, header=header)
    return out.getvalue().encode()


def register() -> None:
    RUNNERS.update(dict.fromkeys(IMPORTS, _steps))
