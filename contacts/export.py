from collections.abc import Iterator

from django.db.models import QuerySet

from contacts.models import Contact
from hindsight.db.keyset import in_pages
from hindsight.text.record_files import Record
from hindsight.text.timestamps import utc_text

PAGE = 500
COLUMNS = ("contact_id", "org", "email", "name", "notes", "created_at", "updated_at")


def export_contacts(selected: QuerySet[Contact]) -> Iterator[Record]:
    """Oldest first."""
    yield from map(record_of, in_pages(selected.select_related("org"), PAGE))


def record_of(contact: Contact) -> Record:
    return {
        "contact_id": contact.public_id,
        "org": contact.org.slug,
        "email": contact.email,
        "name": contact.name,
        "notes": contact.notes,
        "created_at": utc_text(contact.created_at),
        "updated_at": utc_text(contact.updated_at),
    }
