"""Imports from a CSV file: a person confirms the columns, then a dry run and the import, both by a worker."""

import csv
from codecs import getincrementaldecoder
from collections.abc import Iterator, Sequence
from functools import partial
from io import StringIO, TextIOWrapper
from itertools import islice
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from hindsight.text.csv_layouts import Layout, shortened
from hindsight.text.import_files import (
    MAX_LINE_BYTES,
    MAX_LISTED,
    BadRow,
    CsvRows,
    Effect,
    Lines,
    of_first_rows,
    unlisted_rows,
)
from hindsight.text.record_files import Record, unescape_formulas, write_csv
from hindsight.text.storable import clean_text
from jobs.models import Job, Part, State
from jobs.services import create_job, start_job
from jobs.work import RUNNERS, Step, StepResult
from orgs.actors import Actor, ActorKind
from orgs.models import Org
from staff.lists.importable import IMPORTS, Importable

MAX_UPLOAD_BYTES = 64 * 1024 * 1024
SAMPLE_ROWS = 3
# On the page. The file of a dry run has the same changed rows, and MAX_LISTED rejected ones.
SHOWN_ROWS = 100
SHOWN_CHARACTERS = 200
MAX_COLUMNS = 100

UTF_8, WINDOWS = "utf-8", "cp1252"
ENCODINGS = {UTF_8: "UTF-8", WINDOWS: "Windows-1252"}
"""Declared by the person who uploads: a guess would be wrong for some names."""
NEW = "(new)"
DRY_RUN_COLUMNS = ("line", "reason", "row", "field", "before", "after")
SAVE_AS_UTF_8 = "Or save it in Excel with “Save as”, type “CSV UTF-8”."


def new_import(*, kind: str, org: Org, owner: User, size: int, encoding: str = UTF_8, **more: Any) -> Job:
    """`size`: bytes of the file, which `upload()` gets in pieces. `encoding`: one of ENCODINGS. `more`: for `store`."""
    if not 0 < size <= MAX_UPLOAD_BYTES:
        raise ValidationError(f"Upload a file of at most {MAX_UPLOAD_BYTES // 2**20} MiB that is not empty.")
    options = {"size": size, "uploaded": 0, "format": "csv", "encoding": encoding, **more}
    return create_job(kind=kind, owner=owner, org=org, options=options)


def importable_of(job: Job) -> Importable:
    return IMPORTS[job.kind]


def upload(job: Job, piece: bytes, *, offset: int) -> None:
    """Guesses the columns when the file is complete. Raises ValidationError."""
    uploaded: int = job.options["uploaded"]
    if offset != uploaded or uploaded + len(piece) > job.options["size"]:
        raise ValidationError(f"The upload has {uploaded:,} of {job.options['size']:,} bytes. Send the next piece.")
    job.append(Part.INPUT, _in_utf_8(piece, job.options.get("encoding", UTF_8)))
    job.options["uploaded"] += len(piece)
    job.save(update_fields=["options"])
    if not is_uploaded(job):
        return
    header = _header(job)
    if not 0 < len(header) <= MAX_COLUMNS:
        raise ValidationError(f"The first line must name 1 to {MAX_COLUMNS} columns. It has {len(header):,}.")
    guess = importable_of(job).fields.guess(header)
    job.options |= {"header": header, "columns": guess.columns, "is_exported": guess.is_exported}
    job.save(update_fields=["options"])


def is_uploaded(job: Job) -> bool:
    return bool(job.options["uploaded"] == job.options["size"])


def check(job: Job, columns: Sequence[str]) -> None:
    """Starts the dry run. Raises ValidationError."""
    importable_of(job).fields.check(job.options["header"], columns)
    start_job(job, total=_count_rows(job), columns=list(columns), keeps_input=True)


def run(job: Job, *, request_id: str) -> None:
    start_job(job, total=job.total, keeps_input=False, request_id=request_id)


def is_dry_run(job: Job) -> bool:
    return bool(job.options.get("keeps_input"))


def is_open(job: Job) -> bool:
    """Whether the columns can be chosen, and the import be run."""
    return job.state == State.DRAFT or (job.state == State.FINISHED and is_dry_run(job))


def columns(job: Job) -> list[str]:
    """Jobs of the release before have none until they are chosen."""
    chosen: list[str] = job.options.get("columns") or [""] * len(job.options.get("header", []))
    return chosen


def first_rows(job: Job) -> list[list[str]]:
    rows = islice(CsvRows(Lines(job.open(Part.INPUT))), SAMPLE_ROWS)
    return [row[1] for row in rows if not isinstance(row, BadRow)]


def errors(job: Job) -> list[dict[str, str]]:
    return list(islice((row for row in _output(job) if row["reason"]), SHOWN_ROWS)) if rejected_rows(job) else []


def changes(job: Job) -> list[dict[str, str]]:
    """What a dry run would write, a field each. Of a new row, `before` is NEW. The release before wrote none."""
    if not (is_dry_run(job) and changed_rows(job)):
        return []
    return [{name: unescape_formulas(cell) for name, cell in row.items()} for row in _output(job) if row.get("field")]


def _output(job: Job) -> Iterator[dict[str, str]]:
    return csv.DictReader(TextIOWrapper(job.open(Part.OUTPUT), "utf-8-sig", newline=""))


def unshown_errors(job: Job) -> str:
    unshown, unlisted = rejected_rows(job) - SHOWN_ROWS, rejected_rows(job) - MAX_LISTED
    page = f"… {unlisted_rows(unshown)}." if unshown > 0 else ""
    return f"{page} The file lists the first {MAX_LISTED:,}, {unlisted_rows(unlisted)}." if unlisted > 0 else page


def rejected_rows(job: Job) -> int:
    return int(job.counts.get("rejected", 0))


def changed_rows(job: Job) -> int:
    return int(job.counts.get("created", 0)) + int(job.counts.get("updated", 0))


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


def _header(job: Job) -> list[str]:
    """Raises ValidationError if it is not text in UTF-8."""
    header = CsvRows(Lines(job.open(Part.INPUT))).header
    try:
        "".join(header).encode()
    except UnicodeEncodeError:
        message = f"The file is not in UTF-8. If Excel has saved it as CSV, choose the encoding {ENCODINGS[WINDOWS]}."
        raise ValidationError(f"{message} {SAVE_AS_UTF_8}") from None
    return [clean_text(name, MAX_LINE_BYTES) for name in header]


def _count_rows(job: Job) -> int:
    """Counts lines: a row with several lines counts as several."""
    return max(0, sum(1 for line in Lines(job.open(Part.INPUT)) if line.strip()) - 1)


def _layout(job: Job) -> Layout:
    options: dict[str, Any] = job.options
    return Layout(tuple(options["columns"]), options["is_exported"])


def _steps(job: Job) -> Iterator[Step]:
    importable = importable_of(job)
    rows = importable.reject_duplicates(importable.read(CsvRows(Lines(job.open(Part.INPUT))), _layout(job)))
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
    records = list(_preview(job, batch.effects) if is_dry_run(job) else importable.created(batch))
    records += ({"line": str(row.line), "reason": row.reason} for row in listed)
    return StepResult(len(batch), _csv(job, records, header=job.output_bytes == 0 and bool(records)), counts)


def _preview(job: Job, effects: Sequence[Effect]) -> Iterator[Record]:
    for effect in of_first_rows(effects, SHOWN_ROWS - changed_rows(job)):
        before = NEW if effect.before is None else shortened(effect.before, SHOWN_CHARACTERS)
        after = shortened(effect.after, SHOWN_CHARACTERS)
        yield {"row": effect.row, "field": effect.field, "before": before, "after": after}


def _count_unlisted(job: Job, number: int) -> StepResult:
    return StepResult(0, _csv(job, [{"line": "", "reason": unlisted_rows(number)}]), {"unlisted": number})


def _csv(job: Job, records: Sequence[Record], *, header: bool = False) -> bytes:
    out, columns = StringIO(), DRY_RUN_COLUMNS if is_dry_run(job) else importable_of(job).columns
    write_csv(({**dict.fromkeys(columns, ""), **record} for record in records), out, columns, header=header)
    return out.getvalue().encode()


def register() -> None:
    RUNNERS.update(dict.fromkeys(IMPORTS, _steps))
