from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from contacts.files import COLUMNS, ContactImporter, export_contacts
from contacts.models import Contact
from contacts.services import update_contact
from contacts.text import clean_name, clean_typed_notes, readable_notes
from interviews.models import InterviewRequest, Transcript
from interviews.services.erasure import delete_contact, erase_contact
from interviews.services.state import displayed_status_of
from orgs.models import EventKind
from sequences.models import Suppression
from sequences.services.stopping import unsuppress
from staff.confirmation import Action, ConfirmingAdmin, RemovalAdmin
from staff.edit_conflicts import EditForm
from staff.history.pages import AuditedAdmin
from staff.interviews.forms import long_text
from staff.interviews.steering import effect_of_notes
from staff.lists.date_ranges import CreatedRange
from staff.lists.exports import Export
from staff.lists.filters import OrgFilter
from staff.lists.imports import KEPT, Importable, ImportingAdmin
from staff.security_events import actor_of, record_act

NEWEST_INTERVIEWS = 10


class ContactForm(EditForm):
    rules = {"name": clean_name, "notes": clean_typed_notes}
    layouts = {"notes": readable_notes}

    name = forms.CharField(strip=False, max_length=None, widget=forms.TextInput(attrs={"class": "vTextField"}))
    notes = long_text(
        16,
        "Paige uses them in every interview of this contact, from her next question on. Plain text, or a JSON object.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = bool(self.stored["name"])


def allow_mails(contact: Contact) -> None:
    if not unsuppress(email=contact.email, org_id=contact.org_id):
        raise ValidationError("The org may already send mails to this contact.")


ALLOW_MAILS = Action(
    title="Allow mails again",
    text="Only if the contact has agreed. New interview requests with a sequence send mails again; what was stopped "
    "stays stopped.",
    button="Allow mails again",
    run=allow_mails,
    event=EventKind.SEQUENCE_CHANGED,
    done="Mails allowed again.",
)


@admin.register(Contact)
class ContactAdmin(ImportingAdmin, AuditedAdmin, RemovalAdmin, ConfirmingAdmin):
    form = ContactForm
    change_form_template = "staff/contacts/contact.html"
    exports = {"contacts": Export("contact", export_contacts, COLUMNS)}
    importable = Importable(
        row="contact",
        importer=ContactImporter(),
        help=f"{KEPT} To clear notes, edit the contact.",
        columns_help="One column for email. Several columns for name are joined with a space, and for notes with a "
        "line break.",
        permissions=("jobs.import_contacts", "contacts.change_contact"),
    )
    object_pages = {**AuditedAdmin.object_pages, "erase": "erase_view", "allow-mails": ALLOW_MAILS}
    list_display = ("email", "name", "org", "created_at", "updated_at")
    list_filter = (OrgFilter, CreatedRange)
    list_select_related = ("org",)
    sortable_by = ("email", "created_at")
    search_fields = ("email",)  # shows the search box
    search_help_text = "Any part of names and addresses."
    fieldsets = (
        (None, {"fields": ["name", "notes"]}),
        ("About", {"fields": ["org", "email", "external_id", "created_at", "updated_at"]}),
    )
    readonly_fields = ("org", "email", "external_id", "created_at", "updated_at", "notes_to_read")

    @admin.display(description="Notes")
    def notes_to_read(self, contact: Contact) -> str:
        return readable_notes(contact.notes) or "-"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found = super().get_queryset(request).select_related("org")
        return found.defer("notes", "search_text") if self.is_list(request) else found

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": ["name", "notes_to_read"]}), *self.fieldsets[1:]]

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        requests = InterviewRequest.objects.filter(contact=kwargs["obj"])
        related = requests.select_related("org", "contact", "interview_type", "conversation")
        newest = list(related[: NEWEST_INTERVIEWS + 1])
        shown = [(row, displayed_status_of(row).label, effect_of_notes(row)) for row in newest[:NEWEST_INTERVIEWS]]
        context.update(interviews=shown, has_more_interviews=len(newest) > NEWEST_INTERVIEWS)
        context["suppressions"] = list(Suppression.objects.of(kwargs["obj"].email, kwargs["obj"].org_id))
        context["allows_mails"] = any(each.org_id for each in context["suppressions"])
        return super().render_change_form(request, context, *args, **kwargs)

    def write(self, request: HttpRequest, obj: Contact, edits: dict[str, Any]) -> None:
        update_contact(org_id=obj.org_id, contact_id=obj.pk, actor=actor_of(request), **edits)

    def confirmation_word(self, obj: Contact) -> str:
        return str(obj.email)

    def log_label(self, obj: Contact) -> str:
        return obj.public_id

    def deletion_counts(self, obj: Contact) -> Mapping[str, int]:
        return {
            "interview requests": obj.interview_requests.count(),
            "transcripts": Transcript.objects.filter(interview_request__contact=obj).count(),
        }

    def remove(self, request: HttpRequest, obj: Contact) -> None:
        delete_contact(org_id=obj.org_id, contact_id=obj.pk, actor=actor_of(request))

    def erase_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        contact = self.object_or_404(request, object_id, self.has_delete_permission)
        if not self.is_confirmed(request, contact):
            return self.confirm(
                request,
                contact,
                title="Erase personal data",
                button="Erase",
                option=("deal_ids", "Erase the deal ids of the interview requests too"),
                what="loses name, address, notes, and the earlier texts of all of these. The interview requests lose "
                "objectives, answers and survey links, and their deals the reported reasons",
                goes={"transcripts": self.deletion_counts(contact)["transcripts"]},
            )
        deal_ids = "deal_ids" in request.POST
        erase_contact(org_id=contact.org_id, contact_id=contact.pk, actor=actor_of(request), deal_ids=deal_ids)
        record_act(request, EventKind.ERASURE, contact, "With deal ids." if deal_ids else "")
        return self.back_to(request, "change", contact, messages.SUCCESS, "The contact's personal data was erased.")
