from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from contacts import batches as contact_batches
from contacts import files as contact_files
from contacts import layouts as contact_layouts
from contacts.services import import_batch as import_contacts
from deals import files as deal_files
from deals import layouts as deal_layouts
from deals.services import import_batch as import_deals
from hindsight.text.csv_layouts import FileFields, Layout
from hindsight.text.import_files import CsvRows
from hindsight.text.record_files import Record
from staff.interviews import request_files

KEPT = "An empty cell, and a column that is not imported, keep the stored value."


@dataclass(frozen=True)
class Importable:
    row: str
    fields: FileFields
    help: str
    columns_help: str
    permissions: tuple[str, ...]
    read: Callable[[CsvRows, Layout], Iterator[Any]]
    reject_duplicates: Callable[[Iterator[Any]], Iterator[Any]]
    batches: Callable[[Iterable[Any]], Iterator[Any]]
    store: Callable[..., Counter[str]]
    # Names of the job's options that `store` takes, too.
    options: tuple[str, ...] = ()
    # Of the job's file, which has the rejected rows, and what a batch has created.
    columns: tuple[str, ...] = ("line", "reason")
    created: Callable[[Any], Sequence[Record]] = lambda batch: ()
    model: str = ""

    @property
    def rows(self) -> str:
        return f"{self.row}s"

    @property
    def page(self) -> str:
        """The name of the page on which an import begins."""
        return f"admin:{self.model or f'{self.rows}_{self.row}'}_import"

    @property
    def has_links(self) -> bool:
        return "survey_url" in self.columns


IMPORTS = {
    "import_contacts": Importable(
        row="contact",
        fields=contact_layouts.FIELDS,
        help=f"{KEPT} To clear notes, edit the contact.",
        columns_help="One column for email. Several columns for name are joined with a space, and for notes with a "
        "line break.",
        permissions=("jobs.import_contacts", "contacts.change_contact"),
        read=contact_files.read_csv,
        reject_duplicates=contact_batches.reject_duplicates,
        batches=contact_batches.batches,
        store=import_contacts,
    ),
    "import_deals": Importable(
        row="deal",
        fields=deal_layouts.FIELDS,
        help=f"{KEPT} The customer's system clears values of a deal.",
        columns_help="One column for deal_id, which is the id in the customer's system, and at most one for each other "
        "field. Outcomes are won, lost and no decision. Amounts are as in 120000.50, 120.000,50 or 120,000.50. Dates "
        "are as in 2026-11-12 or 12.11.2026, and times as in 2026-11-12 17:30, in UTC.",
        permissions=("jobs.import_deals", "deals.view_deal"),
        read=deal_files.read_csv,
        reject_duplicates=deal_files.reject_duplicates,
        batches=deal_files.batches,
        store=import_deals,
    ),
    "import_interview_requests": Importable(
        row="interview request",
        fields=request_files.FILE_FIELDS,
        help=f"Each row creates an interview request. {KEPT}",
        columns_help="One column for email. Several columns for name are joined with a space, and for notes with a "
        "line break. Outcomes are won, lost and no decision, and need a deal_id.",
        permissions=("jobs.import_contacts", "contacts.change_contact", "interviews.add_interviewrequest"),
        read=request_files.read,
        reject_duplicates=request_files.reject_duplicates,
        batches=request_files.batches,
        store=request_files.store,
        options=("interview_type",),
        columns=request_files.COLUMNS,
        created=lambda batch: batch.created,
        model="interviews_interviewrequest",
    ),
}
