from contacts.files import ContactImporter
from orgs.import_command import ImportCommand


class Command(ImportCommand):
    help = """\
Creates and updates contacts of an org from a UTF-8 file. Prints how many were created, updated, unchanged and rejected.

CSV: the first line names the columns. Those of email, name and notes are guessed; the columns that are not imported are
listed. --map "Job title=notes" chooses a field, and --map "Comments=" none. JSON Lines: one object per line with these
fields; notes can be a string or an object, and "" clears them.

A column or field that is left out, and an empty cell, keep the stored text. Texts must follow the rules of the API. The
audit keeps replaced texts. --dry-run prints the texts of the first 100 rows that would change, before and after.

Invalid rows, and rows that repeat an earlier email address, are rejected. Each is reported on standard error with the
number of its first line; after 1,000, the others are only counted. All other rows are imported, and the exit status is
1. You can interrupt the import and run it again: contacts that already match the file stay unchanged."""

    rows, importer = "contacts", ContactImporter()
