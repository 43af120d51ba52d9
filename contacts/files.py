"""Contacts in a file. An imported row writes the texts that it has, by the rules of the API, and keeps the others."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from contacts.models import Contact
from contacts.services import upsert_contacts
from contacts.text import clean_email, clean_name, clean_notes
from hindsight.db.keyset import in_pages
from hindsight.text import strict_json
from hindsight.text.csv_layouts import FileFields, shortened
from hindsight.text.record_files import Record
from hindsight.text.timestamps import utc_text
from orgs.actors import Actor
from orgs.imports import Batch, Importer

COLUMNS = ("contact_id", "org", "email", "name", "notes", "created_at", "updated_at")


def export_contacts(selected: QuerySet[Contact]) -> Iterator[Record]:
    """Oldest first."""
    return map(record_of, in_pages(selected.select_related("org"), 500))


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


# {name: (types, types in words, rule)}
Rules = Mapping[str, tuple[type | tuple[type, ...], str, Callable[[Any], str]]]
RULES: Rules = {
    "email": (str, "a string", clean_email),
    "name": (str, "a string", clean_name),
    "notes": ((str, dict), "a string or an object", clean_notes),
}


def cleaned(record: Mapping[str, Any], rules: Rules) -> dict[str, str]:
    """Raises ValidationError."""
    texts: dict[str, str] = {}
    for name, value in record.items():
        if name not in rules:
            raise ValidationError(f"{shortened(name)}: Unknown field. Known: {', '.join(rules)}.")
        types, words, clean = rules[name]
        if not isinstance(value, types):
            raise ValidationError(f"{name}: Send {words}, not {strict_json.type_name(value)}.")
        try:
            texts[name] = clean(value)
        except ValidationError as error:
            raise ValidationError(f"{name}: {' '.join(error.messages)}") from None
    if "email" not in texts:
        raise ValidationError("email: This field is required.")
    return texts


class ContactImporter(Importer):
    fields = FileFields(
        key="email",
        names={
            "email": "email emailaddress mail emailadresse workemail primaryemail",
            "name": "name fullname contactname contact | firstname lastname vorname nachname",
            "notes": "notes note notizen comments comment description",
        },
        exported=COLUMNS,
        joined={"name": " ", "notes": "\n"},
    )
    repeated = "email: Line {line:,} has the same address."

    def clean(self, record: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        texts = cleaned(record, RULES)
        return texts.pop("email"), texts

    def write(self, batch: Batch, *, org_id: int, actor: Actor, dry_run: bool, **options: Any) -> None:
        contacts = {row.key: row.values for row in batch.valid}
        batch.effects = upsert_contacts(org_id=org_id, contacts=contacts, actor=actor, dry_run=dry_run)
