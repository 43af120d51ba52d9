from typing import Any

from django.core.management.base import CommandError, CommandParser

from contacts.models import Contact
from interviews.services import erase_contact
from orgs.commands import Command as BaseCommand
from orgs.commands import get_org

PUBLIC_ID = "contact_"


class Command(BaseCommand):
    help = (
        "Erases a contact's personal data at their request, and prints the contact's id: name, address, notes, "
        "objectives, answers, transcripts, and what the audit kept of them. Survey links stop working. The audit keeps "
        "that it happened. There is no way back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("contact", metavar="CONTACT", help="the contact's email address, or their id (contact_17)")
        parser.add_argument("--org", required=True, metavar="SLUG", help="whose contact it is")
        parser.add_argument("--yes", action="store_true", help="do not ask first")

    def run(self, **options: Any) -> str:
        contact = _find(get_org(options["org"]).pk, options["contact"])
        if not options["yes"]:
            self.ask(contact)
        return erase_contact(org_id=contact.org_id, contact_id=contact.pk, actor=self.actor).public_id

    def ask(self, contact: Contact) -> None:
        """Raises CommandError unless the operator types the address."""
        count = contact.interview_requests.count()
        self.stderr.write(
            f"{contact.public_id} {contact.email}: what is personal in it and in {count} interview requests."
        )
        self.stderr.write("Type the address to erase it for good: ", ending="")
        try:
            typed = input()
        except EOFError:
            typed = ""
        if typed.strip().lower() != contact.email:
            raise CommandError("Nothing was erased.")


def _find(org_id: int, text: str) -> Contact:
    digits = text.removeprefix(PUBLIC_ID)
    by_id = text.startswith(PUBLIC_ID) and digits.isascii() and digits.isdecimal() and len(digits) < 19
    try:
        return Contact.objects.for_org(org_id).get(**({"pk": int(digits)} if by_id else {"email": text.strip()}))
    except Contact.DoesNotExist:
        raise CommandError(f"The org has no contact {text!r}.") from None
