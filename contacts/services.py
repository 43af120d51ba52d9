"""Every write to contacts that is not part of a wider one; an older text is brought back by `orgs.audit.restore`."""

from collections import Counter
from collections.abc import Mapping

from django.db import IntegrityError, transaction

from contacts.models import Contact
from contacts.text import Email, Name, Notes
from orgs.actors import Actor
from orgs.audit import Texts, overwrite, overwrite_many

# Of a bulk write that others get in the way of.
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
    """Overwrites what is given, and keeps what was replaced in the audit. None leaves a text as it is.

    Raises Contact.DoesNotExist, also for a contact of another org.
    """
    contact: Contact = Contact.objects.for_org(org_id).select_for_update(no_key=True).get(pk=contact_id)
    overwrite((contact, {"name": name, "notes": notes}), actor=actor)
    return contact


def upsert_contact(
    *, org_id: int, email: Email, actor: Actor, name: Name | None = None, notes: Notes | None = None
) -> Contact:
    """The org's contact of this address, made if there is none; what is given of name and notes is written to it.

    To be called in a transaction. Of two calls at once for one new address, one makes the contact and the other finds
    it.
    """
    texts = {"name": name, "notes": notes}
    given = {field: text for field, text in texts.items() if text is not None}
    contact, created = Contact.objects.get_or_create(org_id=org_id, email=email, defaults=given)
    if created:
        return contact
    held = Contact.objects.for_org(org_id).select_for_update(no_key=True).filter(pk=contact.pk, email=email).first()
    if held is None:  # erased or deleted since it was found: what comes now is about somebody new
        return upsert_contact(org_id=org_id, email=email, actor=actor, name=name, notes=notes)
    overwrite((held, texts), actor=actor)
    return held


def upsert_contacts(*, org_id: int, contacts: Mapping[str, Texts], actor: Actor, dry_run: bool = False) -> Counter[str]:
    """`upsert_contact` for many at once, by their addresses, in one transaction of a few statements.

    Addresses and texts come cleaned (see contacts.text). Returns how many were created, updated and unchanged, or
    would have been.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return _upsert_contacts(org_id, contacts, actor, dry_run)
        except IntegrityError:  # somebody else has made one of them since we looked
            continue
    return _upsert_contacts(org_id, contacts, actor, dry_run)


@transaction.atomic
def _upsert_contacts(org_id: int, contacts: Mapping[str, Texts], actor: Actor, dry_run: bool) -> Counter[str]:
    # Locked, and made, in one order, so that two imports never wait for each other.
    known = Contact.objects.for_org(org_id).filter(email__in=contacts).order_by("email").select_for_update(no_key=True)
    edits = [(contact, contacts[contact.email]) for contact in known]
    new = sorted(contacts.keys() - {contact.email for contact, _ in edits})
    Contact.objects.bulk_create(
        Contact(org_id=org_id, email=email, **{field: text for field, text in contacts[email].items() if text})
        for email in new
    )
    updated = len({change.object_id for change in overwrite_many(Contact, edits, actor=actor)})
    if dry_run:
        transaction.set_rollback(True)
    return Counter(created=len(new), updated=updated, unchanged=len(edits) - updated)
