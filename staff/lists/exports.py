"""A worker writes the rows that the list had when staff started the export."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import StringIO
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet

from contacts.export import COLUMNS as CONTACT_COLUMNS
from contacts.export import export_contacts
from contacts.models import Contact
from deals.export import COLUMNS as DEAL_COLUMNS
from deals.export import export_deals
from deals.models import Deal
from hindsight.text.record_files import WRITERS, Record, Writer
from hindsight.text.xlsx import write_rows
from interviews.export import COLUMNS as INTERVIEW_COLUMNS
from interviews.export import DRIVER_COLUMNS, export_drivers, export_interview_requests
from interviews.models import InterviewRequest
from jobs.models import Job, Part
from jobs.services import create_job, start_job
from jobs.work import RUNNERS, Step, StepResult
from orgs.models import Org

IDS_PER_CHUNK = 10_000
ROWS_PER_STEP = 100  # on SQLite, a step holds the write lock


@dataclass(frozen=True)
class Export:
    model: type[Model]
    records: Callable[[Any], Iterator[Record]]
    columns: Sequence[str]


FORMATS: dict[str, Writer] = {**WRITERS, "xlsx": write_rows}
"""What a job stores. The rows of a workbook become one in the download."""

EXPORTS = {
    "export_interviews": Export(InterviewRequest, export_interview_requests, INTERVIEW_COLUMNS),
    "export_drivers": Export(InterviewRequest, export_drivers, DRIVER_COLUMNS),
    "export_contacts": Export(Contact, export_contacts, CONTACT_COLUMNS),
    "export_deals": Export(Deal, export_deals, DEAL_COLUMNS),
}


@transaction.atomic
def start_export(*, kind: str, rows: QuerySet[Any], owner: User, file_format: str) -> Job:
    """Raises ValidationError if there are no rows."""
    pairs = list(rows.order_by("pk").values_list("pk", "org"))
    if not pairs:
        raise ValidationError("The list is empty.")
    ids, org_ids = [pk for pk, _ in pairs], {org_id for _, org_id in pairs}
    org = Org.objects.get(pk=org_ids.pop()) if len(org_ids) == 1 else None
    job = create_job(kind=kind, owner=owner, org=org, options={"format": file_format})
    for start in range(0, len(ids), IDS_PER_CHUNK):
        job.append(Part.INPUT, json.dumps(ids[start : start + IDS_PER_CHUNK]).encode())
    start_job(job, total=len(ids))
    return job


def _steps(job: Job) -> Iterator[Step]:
    first, skipped = divmod(job.done, IDS_PER_CHUNK)
    for chunk in job.read(Part.INPUT, first):
        ids = json.loads(chunk)[skipped:]
        skipped = 0
        for start in range(0, len(ids), ROWS_PER_STEP):
            yield partial(_write, job, ids[start : start + ROWS_PER_STEP])


def _write(job: Job, ids: list[int]) -> StepResult:
    export, out = EXPORTS[job.kind], StringIO()
    records = export.records(export.model._default_manager.filter(pk__in=ids))
    FORMATS[job.options["format"]](records, out, export.columns, header=job.done == 0)
    return StepResult(len(ids), out.getvalue().encode())


def register() -> None:
    RUNNERS.update(dict.fromkeys(EXPORTS, _steps))
