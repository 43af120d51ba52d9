"""Updates that span an interview request are in `interviews.services`."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from contacts.models import Contact
from contacts.text import Email, Name, Notes
from orgs.actors import Actor
from orgs.audit import Texts, overwrite, overwrite_many
from orgs.imports import Effect

ATTEMPTS = 3


@transaction.atomic
def update_contact(
    *,
    org_id: int,
    contact_id: int,
    actor: Actor,
    name: Name | None = None,
    notes: Notes | None = None,
) -> Contact:
    """None keeps a text. Raises Contact.DoesNotExist if the org has no such contact."""
    contact: Contact = Contact.objects.for_org(org_id).select_for_update(no_key=True).get(pk=contact_id)
    overwrite((contact, {"name": name, "notes": notes}), actor=actor)
    return contact


class ExternalIdTakenError(Exception):
    """Another contact of the org has the external id."""


def upsert_contact(*, org_id: int, email: Email, actor: Actor, **texts: str | None) -> Contact:
    """`texts`: cleaned, by column; None keeps a text. Requires a transaction. Raises ExternalIdTakenError."""
    if external_id := texts.get("external_id"):
        _require_free(org_id, email, external_id)
    new = Contact(org_id=org_id, email=email, **{field: text for field, text in texts.items() if text})
    Contact.objects.bulk_create([new], ignore_conflicts=True)
    contact = Contact.objects.for_org(org_id).select_for_update(no_key=True).filter(email=email).first()
    if contact is None:  # erased or deleted before it was locked
        return upsert_contact(org_id=org_id, email=email, actor=actor, **texts)
    if texts.get("external_id") in (None, contact.external_id):
        overwrite((contact, texts), actor=actor)
        return contact
    try:
        with transaction.atomic():  # an error ends a transaction of PostgreSQL
            overwrite((contact, texts), actor=actor)
    except IntegrityError:  # a concurrent transaction gave it to another contact
        raise ExternalIdTakenError from None
    return contact


def _require_free(org_id: int, email: Email, external_id: str) -> None:
    others = Contact.objects.for_org(org_id).exclude(email=email)
    # The first condition lets PostgreSQL use the partial index.
    if others.exclude(external_id="").filter(external_id=external_id).exists():
        raise ExternalIdTakenError


def upsert_contacts(*, org_id: int, contacts: Mapping[str, Texts], actor: Actor, dry_run: bool = False) -> list[Effect]:
    """Bulk version of `upsert_contact`, by email. Texts must be cleaned."""
    for _ in range(ATTEMPTS - 1):
        try:
            return _upsert_contacts(org_id, contacts, actor, dry_run)
        except IntegrityError:  # a concurrent transaction created a contact
            continue
    return _upsert_contacts(org_id, contacts, actor, dry_run)


@transaction.atomic
def _upsert_contacts(org_id: int, contacts: Mapping[str, Texts], actor: Actor, dry_run: bool) -> list[Effect]:
    # Ordered by email, so that concurrent imports cannot deadlock.
    known = Contact.objects.for_org(org_id).filter(email__in=contacts).order_by("email").select_for_update(no_key=True)
    edits = [(contact, contacts[contact.email]) for contact in known]
    new = sorted(contacts.keys() - {contact.email for contact, _ in edits})
    Contact.objects.bulk_create(
        Contact(org_id=org_id, email=email, **{field: text for field, text in contacts[email].items() if text})
        for email in new
    )
    changes = overwrite_many(Contact, edits, actor=actor)
    if dry_run:
        transaction.set_rollback(True)
    row_of = {contact.pk: contact for contact, _ in edits}
    written = ((row_of[change.object_id], change) for change in changes)
    return [
        *(Effect(row.email, change.field, change.before, getattr(row, change.field)) for row, change in written),
        *(
            Effect(email, field, None, text)
            for email in new
            for field, text in {"email": email, **contacts[email]}.items()
            if text
        ),
    ]
