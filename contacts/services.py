"""Every write to contacts that is not part of a wider one."""

from collections.abc import Mapping
from typing import Any

from contacts.models import Contact
from contacts.text import clean_email, clean_name, clean_notes
from orgs.actors import Actor
from orgs.audit import Texts, overwrite


def contact_texts(name: str | None, notes: str | Mapping[str, Any] | None) -> Texts:
    """What to write to a contact's row for the name and notes that somebody sent. Raises ValidationError."""
    return {
        "name": None if name is None else clean_name(name),
        "notes": None if notes is None else clean_notes(notes),
    }


def upsert_contact(
    *, org_id: int, email: str, actor: Actor, name: str | None = None, notes: str | Mapping[str, Any] | None = None
) -> Contact:
    """The org's contact of this address, made if there is none; what is given of name and notes is written to it.

    To be called in a transaction. Of two calls at once for one new address, one makes the contact and the other finds
    it. Raises ValidationError.
    """
    email = clean_email(email)
    texts = contact_texts(name, notes)
    given = {field: text for field, text in texts.items() if text is not None}
    contact, created = Contact.objects.get_or_create(org_id=org_id, email=email, defaults=given)
    if not created:
        contact = Contact.objects.select_for_update().get(pk=contact.pk)
        overwrite((contact, texts), actor=actor)
    return contact
