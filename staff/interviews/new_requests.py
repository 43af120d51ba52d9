"""New interview requests, from a form or a file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html

from contacts.files import RULES as CONTACT_RULES
from contacts.files import ContactImporter, Rules, cleaned
from contacts.models import Contact
from contacts.text import MAX_NAME_LENGTH, clean_email, clean_name, clean_typed_notes
from deals.files import DealImporter, outcome_in
from deals.models import Deal, DealValues, Outcome
from deals.text import MAX_DEAL_ID_LENGTH, clean_deal_id
from hindsight.text.import_files import BadRow
from interviews.models import InterviewRequest, InterviewType
from interviews.services.create import create_interview_request
from interviews.services.interview_types import ArchivedTypeError
from interviews.text import clean_objective
from orgs.actors import Actor
from orgs.imports import Batch, Effect, Importer, Row
from orgs.models import EventKind, Org
from staff.interviews.forms import RuledField, long_text
from staff.lists.imports import KEPT, Importable, ImportingAdmin, UploadForm
from staff.orgs.org_choice import OrgChoice
from staff.security_events import actor_of, record_act

CREATE = "Create the interview request"
CREATED = "created"
"""A parameter: the page of the interview request shows the survey link at its top."""

UNANSWERED = (
    'This contact can still answer <a href="{}">an interview request</a> of this type and deal. '
    "Tick “Create another one” if you want both."
)

CREATED_COLUMNS = ("email", "interview_request_id", "survey_url")
RULES: Rules = {
    **CONTACT_RULES,
    "objective": (str, "a string", clean_objective),
    "deal_id": (str, "a string", clean_deal_id),
    "outcome": (str, "a string", outcome_in),
}


def may_create(request: HttpRequest) -> bool:
    """It also writes the contact's name and notes."""
    return request.user.has_perms(["interviews.add_interviewrequest", "contacts.change_contact"])


class ActiveOrgChoice(OrgChoice):
    def clean_org(self) -> Org:
        org: Org = self.cleaned_data["org"]
        if not org.is_active:
            raise ValidationError("This org is suspended: its survey links do not work.")
        return org


class TypeOfOrgForm(forms.Form):
    interview_type = forms.ModelChoiceField(InterviewType.objects.none(), empty_label=None)

    def __init__(self, *args: Any, org: Org, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of_org = org
        types = InterviewType.objects.for_org(org.pk).filter(archived_at=None).defer("guide")
        self.fields["interview_type"].queryset = types.order_by("name")  # type: ignore[attr-defined]


def short_text(rule: Callable[[str], str], max_length: int, help_text: str, **options: Any) -> RuledField:
    widget = forms.TextInput(attrs={"class": "vTextField"})
    return RuledField(rule, required=False, max_length=max_length, help_text=help_text, widget=widget, **options)


class NewRequestForm(TypeOfOrgForm):
    email = RuledField(
        clean_email,
        widget=forms.EmailInput(attrs={"class": "vTextField", "autocomplete": "off", "autofocus": True}),
        help_text="The contact's address. A new one creates a contact.",
    )
    name = short_text(clean_name, MAX_NAME_LENGTH, "If empty, a known contact keeps the name.")
    notes = long_text(
        6, "About the contact, for Paige. If empty, a known contact keeps the notes.", rule=clean_typed_notes
    )
    objective = long_text(4, "What this interview should find out.", rule=clean_objective)
    deal_id = short_text(clean_deal_id, MAX_DEAL_ID_LENGTH, "The customer's own id of the deal.", label="Deal")
    outcome = forms.ChoiceField(
        required=False,
        choices=[("", "As stored"), *Outcome.choices],
        help_text="Of the deal. Its other values stay as they are.",
    )
    again = forms.BooleanField(required=False, label="Create another one", widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Asks whether a contact who can still answer an earlier interview request is to get another one."""
        data = self.cleaned_data
        if data.get("outcome") and not data.get("deal_id"):
            self.add_error("deal_id", "Enter the deal whose outcome this is.")
        if self.errors or data["again"]:
            return data
        rows = InterviewRequest.objects.unanswered(data["interview_type"], email=data["email"], deal_id=data["deal_id"])
        if earlier := rows.order_by("-pk").first():
            url = reverse("admin:interviews_interviewrequest_change", args=[earlier.pk])
            self.fields["again"].widget = forms.CheckboxInput()
            self.add_error("email", format_html(UNANSWERED, url))
        return data


def create_from(interview_type: InterviewType, texts: Mapping[str, Any], actor: Actor) -> InterviewRequest:
    """`texts`: cleaned. An empty one keeps what is stored. Raises ArchivedTypeError."""
    return create_interview_request(
        interview_type=interview_type,
        actor=actor,
        contact_email=texts["email"],
        contact_name=texts.get("name") or None,
        contact_context=texts.get("notes") or None,
        objective=texts.get("objective") or None,
        deal_id=texts.get("deal_id") or None,
        deal=DealValues(outcome=texts["outcome"]) if texts.get("outcome") else None,
    )


class RequestImporter(Importer):
    """Each valid row creates an interview request, with its contact and the outcome of its deal."""

    fields = replace(
        ContactImporter.fields,
        names={
            **ContactImporter.fields.names,
            "objective": "objective goal ziel",
            "deal_id": DealImporter.fields.names["deal_id"] + " | deal opportunity",
            "outcome": DealImporter.fields.names["outcome"],
        },
    )
    repeated = "email: Line {line:,} has the same address and deal."
    batch_rows = 100

    def clean(self, record: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        texts = cleaned(record, RULES)
        if texts.get("outcome") and not texts.get("deal_id"):
            raise ValidationError("deal_id: Send the deal whose outcome this is.")
        return f"{texts['email']}\n{texts.get('deal_id') or ''}", texts

    @transaction.atomic
    def write(
        self, batch: Batch, *, org_id: int, actor: Actor, dry_run: bool, interview_type: int = 0, **options: Any
    ) -> None:
        """`interview_type`: its id. Rejects rows whose contact can still answer an earlier interview request."""
        types = InterviewType.objects.for_org(org_id).filter(archived_at=None).defer("guide")
        kind: Any = types.filter(pk=interview_type).first()
        for row in list(batch.valid):
            if refusal := _refusal(kind, row):
                batch.valid.remove(row)
                batch.rejected.append(BadRow(row.line, refusal))
        batch.effects = list(_effects(org_id, batch.valid))
        for row in batch.valid:
            created = create_from(kind, row.values, actor)
            values = (row.values["email"], str(created.pk), created.survey_url)
            batch.created.append({"line": str(row.line), **dict(zip(CREATED_COLUMNS, values, strict=True))})
        if dry_run:
            transaction.set_rollback(True)


def _effects(org_id: int, rows: Sequence[Row]) -> Iterator[Effect]:
    """Reads the stored values, so call it before anything is written."""
    emails, deal_ids = [row.values["email"] for row in rows], [row.values.get("deal_id") for row in rows]
    contacts = {each.email: each for each in Contact.objects.for_org(org_id).filter(email__in=emails)}
    deals = {each.deal_id: each for each in Deal.objects.for_org(org_id).filter(deal_id__in=deal_ids)}
    for row in rows:
        email, deal_id = row.values["email"], row.values.get("deal_id")
        stored = {"name": contacts.get(email), "notes": contacts.get(email), "outcome": deals.get(deal_id or "")}
        for name, text in row.values.items():
            before = getattr(stored.get(name), name, None)
            if text and text != before:
                yield Effect(", ".join(filter(None, (email, deal_id))), name, before, text)


def _refusal(interview_type: InterviewType | None, row: Row) -> str:
    """So that an import which is run again sends nobody a second link."""
    if interview_type is None:
        return "The interview type is archived."
    email, deal_id = row.values["email"], row.values.get("deal_id") or ""
    earlier = InterviewRequest.objects.unanswered(interview_type, email=email, deal_id=deal_id).first()
    return f"The contact can still answer interview request {earlier.pk} of this type and deal." if earlier else ""


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
        choice = ActiveOrgChoice.of(request)
        if (org := choice.chosen) is None:
            return self.page(request, "lists/org_choice", None, title=title, form=choice)
        form = NewRequestForm(request.POST or None, org=org, initial={"interview_type": request.GET.get("type")})
        if form.is_valid() and (created := self.create(request, form)):
            query = urlencode({CREATED: 1})
            return HttpResponseRedirect(f"{self.url('change', created.pk)}?{query}")
        return self.page(request, "interviews/new_request", None, title=title, form=form, org=org, button=CREATE)

    def create(self, request: HttpRequest, form: NewRequestForm) -> InterviewRequest | None:
        try:
            with transaction.atomic():
                created = create_from(form.cleaned_data["interview_type"], form.cleaned_data, actor_of(request))
                record_act(request, EventKind.REQUEST_CHANGED, created, "Created.")
        except ArchivedTypeError:
            form.add_error("interview_type", "Somebody else has archived this interview type.")
            return None
        return created

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """First asks for the org, too."""
        choice = ActiveOrgChoice.of(request)
        if self.may_import(request) and choice.chosen is None:
            return self.page(request, "lists/org_choice", None, title="Import interview requests", form=choice)
        return super().import_view(request)

    def import_form(self, request: HttpRequest) -> RequestImportForm:
        org, initial = cast(Org, ActiveOrgChoice.of(request).chosen), {"interview_type": request.GET.get("type")}
        return RequestImportForm(request.POST or None, request.FILES or None, org=org, initial=initial)
