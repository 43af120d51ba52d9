from collections import Counter
from collections.abc import Iterator

from deals.files import READERS, Batch, batches, reject_duplicates
from deals.services import import_batch
from hindsight.text.import_files import Lines
from orgs.import_command import ImportCommand


class Command(ImportCommand):
    help = """\
Creates and replaces deals of an org from a UTF-8 file. Prints how many were created, updated, unchanged and rejected.

CSV: the first line names the columns in any order: deal_id, and one or more of outcome, reported_reason, competitor,
segment, amount, currency and closed_at. JSON Lines: one object per line with the same fields. Each row replaces the
whole deal: an empty cell, and what is left out, clears the stored value. Values must follow the rules of the API; a
date is its midnight in UTC. The audit keeps replaced values. The CSV file of an export is accepted as it is.

Invalid rows, and rows that repeat an earlier id, are rejected. Each is reported on standard error with the number of
its first line; after 1,000, the others are only counted. All other rows are imported, and the exit status is 1. You can
interrupt the import and run it again: deals that already match the file stay unchanged."""

    rows = "deals"

    def batches(self, lines: Lines, file_format: str) -> Iterator[Batch]:
        return batches(reject_duplicates(READERS[file_format](lines)))

    def store(self, org_id: int, batch: Batch, *, dry_run: bool) -> Counter[str]:
        return import_batch(org_id=org_id, batch=batch, actor=self.actor, dry_run=dry_run)
