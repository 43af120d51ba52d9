from collections import Counter
from collections.abc import Iterator

from contacts.batches import Batch, batches, reject_duplicates
from contacts.files import READERS
from contacts.services import import_batch
from hindsight.text.import_files import Lines
from orgs.import_command import ImportCommand


class Command(ImportCommand):
    help = """\
Creates and updates contacts of an org from a UTF-8 file. Prints how many were created, updated, unchanged and rejected.

CSV: the first line names the columns in any order: email, and optionally name and notes. An empty cell keeps the stored
value. JSON Lines: one object per line with the same fields. notes can be a string or an object, and "" clears them.
Texts must follow the rules of the API. The audit keeps replaced texts.

Invalid rows, and rows that repeat an earlier email address, are rejected. Each is reported on standard error with the
number of its first line; after 1,000, the others are only counted. All other rows are imported, and the exit status is
1. You can interrupt the import and run it again: contacts that already match the file stay unchanged."""

    rows = "contacts"

    def batches(self, lines: Lines, file_format: str) -> Iterator[Batch]:
        return batches(reject_duplicates(READERS[file_format](lines)))

    def store(self, org_id: int, batch: Batch, *, dry_run: bool) -> Counter[str]:
        return import_batch(org_id=org_id, batch=batch, actor=self.actor, dry_run=dry_run)
