from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError, CommandParser

from contacts.models import Contact
from contacts.text import clean_email
from deals.models import Deal
from hindsight.db.ids import id_in
from interviews.models import InterviewRequest, Transcript, Turn
from interviews.services.erasure import erase_contact
from orgs.audit_removal import ERASURE
from orgs.commands import RecordedCommand, get_org
from orgs.models import Change, Org


class Command(RecordedCommand):
    help = (
        "Permanently erases a contact's personal data, and prints the contact's id. Erases name, email address, notes, "
        "objectives, answers, transcripts, the reported reasons of the contact's deals, and the texts of the audit. "
        "Survey links stop working. The rows remain, and the audit records the erasure."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "contact", metavar="CONTACT_ID|EMAIL", help="for example 42, contact_42 or jane@example.com"
        )
        parser.add_argument("--org", required=True, metavar="SLUG")
        parser.add_argument("--deal-ids", action="store_true", help="erase the deal ids of the interview requests too")
        parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")

    def run(self, *, contact: str, org: str, deal_ids: bool, yes: bool, **options: Any) -> str:
        row = get_contact(get_org(org), contact)
        summary = "\n".join(f"  {name}: {count}" for name, count in deletion_counts(row).items())
        self.stderr.write(f"Data of {row.email} ({row.public_id}) of {row.org} to be erased:\n{summary}")
        if not yes and not self.is_confirmed(row):
            raise CommandError("Nothing was erased.")
        erased = erase_contact(org_id=row.org_id, contact_id=row.pk, actor=self.actor, deal_ids=deal_ids)
        self.event_about, self.event_detail = row, "With deal ids." if deal_ids else ""
        return erased.public_id

    def is_confirmed(self, contact: Contact) -> bool:
        """End of input counts as no."""
        self.stderr.write("This cannot be undone. Type the email address to confirm: ", ending="")
        try:
            return input().strip().lower() == str(contact.email)
        except EOFError:
            return False


def get_contact(org: Org, id_or_email: str) -> Contact:
    """Raises CommandError, and ValidationError if the text is neither an id nor an email address."""
    pk = id_in(id_or_email) or Contact.pk_in(id_or_email)
    lookup = {"pk": pk} if pk else {"email": clean_email(id_or_email)}
    contact: Contact | None = Contact.objects.for_org(org.pk).select_related("org").filter(**lookup).first()
    if contact is None:
        raise CommandError(f"{org} has no contact {id_or_email!r}.")
    return contact


def deletion_counts(contact: Contact) -> Mapping[str, int]:
    interview_requests = InterviewRequest.objects.filter(contact=contact)
    deals = Deal.objects.for_org(contact.org_id).filter(deal_id__in=interview_requests.values("deal_id"))
    return {
        "survey links": interview_requests.count(),
        "objectives": interview_requests.exclude(objective="").count(),
        "questions and answers": Turn.objects.filter(interview_request__contact=contact).count(),
        "reported reasons of deals": deals.exclude(reported_reason="").count(),
        "transcripts": Transcript.objects.filter(interview_request__contact=contact).count(),
        "changes of the contact": Change.objects.of(contact).exclude(field=ERASURE).count(),
    }
