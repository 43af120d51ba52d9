from deals.files import DealImporter
from orgs.import_command import ImportCommand


class Command(ImportCommand):
    help = """\
Creates and updates deals of an org from a UTF-8 file. Prints how many were created, updated, unchanged and rejected.

CSV: the first line names the columns. Those of deal_id, outcome, reported_reason, competitor, segment, owner, amount,
currency and closed_at are guessed, also from the names of Salesforce and HubSpot; the columns that are not imported are
listed. --map "Deal phase=outcome" chooses a field, and --map "Region=" none. JSON Lines: one object per line with these
fields.

A column or field that is left out, and an empty cell, keep the stored value. null in JSON Lines clears it. Outcomes are
won, lost and no decision. An amount can have a decimal comma. A date is as in 2026-11-12 or 12.11.2026, and is its
midnight in UTC. The audit keeps replaced values. The CSV file of an export is accepted as it is. --dry-run prints the
values of the first 100 rows that would change, before and after.

Invalid rows, and rows that repeat an earlier id, are rejected. Each is reported on standard error with the number of
its first line; after 1,000, the others are only counted. All other rows are imported, and the exit status is 1. You can
interrupt the import and run it again: deals that already match the file stay unchanged."""

    rows, importer = "deals", DealImporter()
