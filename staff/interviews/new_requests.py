from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html

from contacts.text import MAX_NAME_LENGTH, clean_email, clean_name, clean_typed_notes
from deals.models import DealValues, Outcome
from deals.text import MAX_DEAL_ID_LENGTH, clean_deal_id
from interviews.models import InterviewRequest, InterviewType
from interviews.services.create import create_interview_request
from interviews.services.interview_types import ArchivedTypeError
from interviews.text import clean_objective
from orgs.models import EventKind, Org
from staff.edit_conflicts import as_sent
from staff.interviews.forms import long_text
from staff.interviews.request_files import CREATED_COLUMNS, RequestImporter
from staff.lists.imports import KEPT, Importable, ImportingAdmin, UploadForm
from staff.orgs.org_choice import OrgField
from staff.security_events import actor_of, record_act

CREATED = "created"
"""A parameter: the page of the interview request shows the survey link at its top."""

UNANSWERED = (
    'This contact can still answer <a href="{}">an interview request</a> of this type and deal. '
    "Tick “Create another one” if you want both."
)


def may_create(request: HttpRequest) -> bool:
    """It also writes the contact's name and notes."""
    return request.user.has_perms(["interviews.add_interviewrequest", "contacts.change_contact"])


class OrgChoice(forms.Form):
    org = OrgField(help_text="Its name or slug.")

    def clean_org(self) -> Org:
        org: Org = self.cleaned_data["org"]
        if not org.is_active:
            raise ValidationError("This org is suspended: its survey links do not work.")
        return org

    @classmethod
    def of(cls, request: HttpRequest) -> "OrgChoice":
        return cls(request.GET if "org" in request.GET else None)

    @property
    def chosen(self) -> Org | None:
        return self.cleaned_data["org"] if self.is_valid() else None


class TypeOfOrgForm(forms.Form):
    interview_type = forms.ModelChoiceField(InterviewType.objects.none(), empty_label=None)

    def __init__(self, *args: Any, org: Org, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of_org = org
        types = InterviewType.objects.for_org(org.pk).filter(archived_at=None).defer("guide")
        self.fields["interview_type"].queryset = types.order_by("name")  # type: ignore[attr-defined]


def short_text(max_length: int, help_text: str, **options: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "vTextField"})
    return forms.CharField(required=False, max_length=max_length, help_text=help_text, widget=widget, **options)


class NewRequestForm(TypeOfOrgForm):
    email = forms.CharField(
        widget=forms.EmailInput(attrs={"class": "vTextField", "autocomplete": "off", "autofocus": True}),
        help_text="The contact's address. A new one creates a contact.",
    )
    name = short_text(MAX_NAME_LENGTH, "If empty, a known contact keeps the name.")
    notes = long_text(6, "About the contact, for Paige. If empty, a known contact keeps the notes.")
    objective = long_text(4, "What this interview should find out.")
    deal_id = short_text(MAX_DEAL_ID_LENGTH, "The customer's own id of the deal.", label="Deal")
    outcome = forms.ChoiceField(
        required=False,
        choices=[("", "As stored"), *Outcome.choices],
        help_text="Of the deal. Its other values stay as they are.",
    )
    again = forms.BooleanField(required=False, label="Create another one", widget=forms.HiddenInput)

    def clean_email(self) -> str:
        return clean_email(self.cleaned_data["email"])

    def clean_name(self) -> str:
        return (name := self.cleaned_data["name"]) and clean_name(name)

    def clean_notes(self) -> str:
        return clean_typed_notes(as_sent(self.cleaned_data["notes"]))

    def clean_objective(self) -> str:
        return clean_objective(as_sent(self.cleaned_data["objective"]))

    def clean_deal_id(self) -> str:
        return clean_deal_id(self.cleaned_data["deal_id"])

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("outcome") and not self.cleaned_data.get("deal_id"):
            self.add_error("deal_id", "Enter the deal whose outcome this is.")
        return self.cleaned_data

    def unanswered(self) -> InterviewRequest | None:
        """An earlier one for which the person has not confirmed that they want another one."""
        data = self.cleaned_data
        if data["again"]:
            return None
        rows = InterviewRequest.objects.unanswered(data["interview_type"], email=data["email"], deal_id=data["deal_id"])
        return rows.order_by("-pk").first()

    def ask_whether_again(self, url: str) -> None:
        self.fields["again"].widget = forms.CheckboxInput()
        self.add_error("email", format_html(UNANSWERED, url))

    def texts(self) -> dict[str, Any]:
        """The arguments of the service. An empty text keeps what is stored."""
        data = {name: value or None for name, value in self.cleaned_data.items()}
        return {
            "interview_type": data["interview_type"],
            "contact_email": data["email"],
            "contact_name": data["name"],
            "contact_context": data["notes"],
            "deal_id": data["deal_id"],
            "objective": data["objective"],
            "deal": data["outcome"] and DealValues(outcome=data["outcome"]),
        }


class RequestImportForm(TypeOfOrgForm, UploadForm):
    field_order = ("interview_type", "file", "encoding")

    def clean(self) -> dict[str, Any]:
        return {**self.cleaned_data, "org": self.of_org}

    def options(self) -> dict[str, Any]:
        return {"interview_type": self.cleaned_data["interview_type"].pk}


class NewRequestPages(ImportingAdmin):
    importable = Importable(
        row="interview request",
        importer=RequestImporter(),
        help=f"Each row creates an interview request. {KEPT}",
        columns_help="One column for email. Several columns for name are joined with a space, and for notes with a "
        "line break. Outcomes are won, lost and no decision, and need a deal_id.",
        permissions=("jobs.import_contacts", "contacts.change_contact", "interviews.add_interviewrequest"),
        created=CREATED_COLUMNS,
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_create(request)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """First asks for the org, which the query then has."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        title = "New interview request"
        choice = OrgChoice.of(request)
        if (org := choice.chosen) is None:
            return self.page(request, "lists/org_choice", None, title=title, form=choice)
        form = NewRequestForm(request.POST or None, org=org, initial={"interview_type": request.GET.get("type")})
        if form.is_valid() and (created := self.create(request, form)):
            query = urlencode({CREATED: 1})
            return HttpResponseRedirect(f"{self.url('change', created.pk)}?{query}")
        return self.page(request, "interviews/new_request", None, title=title, form=form, org=org)

    def create(self, request: HttpRequest, form: NewRequestForm) -> InterviewRequest | None:
        if earlier := form.unanswered():
            form.ask_whether_again(self.url("change", earlier.pk))
            return None
        try:
            with transaction.atomic():
                created = create_interview_request(actor=actor_of(request), **form.texts())
                record_act(request, EventKind.REQUEST_CHANGED, created, "Created.")
        except ArchivedTypeError:
            form.add_error("interview_type", "Somebody else has archived this interview type.")
            return None
        return created

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """First asks for the org, too."""
        choice = OrgChoice.of(request)
        if self.may_import(request) and choice.chosen is None:
            return self.page(request, "lists/org_choice", None, title="Import interview requests", form=choice)
        return super().import_view(request)

    def import_form(self, request: HttpRequest) -> RequestImportForm:
        org, initial = cast(Org, OrgChoice.of(request).chosen), {"interview_type": request.GET.get("type")}
        return RequestImportForm(request.POST or None, request.FILES or None, org=org, initial=initial)
