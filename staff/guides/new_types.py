"""The pages that begin an interview type, with a shipped guide, a blank one, or a copy. It is a draft at first."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator

from hindsight.text.languages import ENGLISH, language_name
from interviews.models import InterviewType
from interviews.paige.guide.guide import shipped_guide, shipped_guides
from interviews.paige.language import languages
from interviews.services.interview_types import create_draft
from orgs.models import EventKind
from staff.guides.arrangement import new_topic
from staff.guides.pages import GuidePages
from staff.orgs.org_choice import PICK, OrgField
from staff.security_events import actor_of, record_act

BLANK = "blank"
NUMBERS_OF_A_BLANK_GUIDE = {"version": 1, "estimated_minutes": 15, "max_turns": 14}


def starts() -> list[tuple[str, str]]:
    guides = {name: {"language": ENGLISH, **shipped_guide(name)} for name in shipped_guides()}
    named = [(name, f"{guide['name']} ({language_name(guide['language'])})") for name, guide in guides.items()]
    return [*named, (BLANK, "Blank: no questions")]


def blank_guide(language: str) -> dict[str, Any]:
    texts = {"name": "New interview", "purpose": "", "closing_question": ""}
    blank = {**texts, **NUMBERS_OF_A_BLANK_GUIDE, "language": language or ENGLISH}
    return {**blank, "topics": [new_topic(blank)]}


class NewTypeForm(forms.Form):
    org = OrgField(help_text=PICK)
    name = forms.CharField(
        required=False, help_text="If empty, the guide's.", widget=forms.TextInput(attrs={"class": "vTextField"})
    )
    language = forms.ChoiceField(
        required=False,
        choices=lambda: [("", "As in the guide"), *((code, language_name(code)) for code in languages())],
        help_text="Of the survey page. Texts in another language have to be translated before contacts get them.",
    )


class StartForm(NewTypeForm):
    start = forms.ChoiceField(label="Start with", choices=starts)
    field_order = ("org", "start", "name", "language")


class NewTypePages(GuidePages):
    object_pages = {**GuidePages.object_pages, "duplicate": "duplicate_view"}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("interviews.add_interviewtype")

    @method_decorator(transaction.atomic)
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = StartForm(request.POST or None, initial=request.GET.dict())
        if form.is_valid():
            start = form.cleaned_data["start"]
            guide = blank_guide(form.cleaned_data["language"]) if start == BLANK else shipped_guide(start)
            if created := self.created(request, form, guide):
                return self.to_editor(created)
        return self.page(request, "form", None, title="New interview type", form=form, button="Continue")

    def duplicate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        original: InterviewType = self.object_or_404(request, object_id, self.has_add_permission)
        form = NewTypeForm(request.POST or None, initial={"org": original.org.slug, "name": f"Copy of {original.name}"})
        if form.is_valid():
            detail = f"A copy of {original.public_id}."
            if copy := self.created(request, form, original.guide, detail, wording=original.wording):
                return self.to_editor(copy, beside=original.pk)
        return self.page(request, "form", original, title="Duplicate", form=form, button="Duplicate")

    def created(
        self, request: HttpRequest, form: NewTypeForm, guide: dict[str, Any], detail: str = "", **options: str
    ) -> InterviewType | None:
        """None if the name is refused."""
        given = form.cleaned_data
        try:
            created = create_draft(
                org=given["org"],
                guide={**guide, "name": given["name"] or guide["name"]},
                language=given["language"] or guide.get("language", ENGLISH),
                actor=actor_of(request),
                **options,
            )
        except ValidationError as error:
            form.add_error("name", error.messages)
            return None
        record_act(request, EventKind.TYPE_CREATED, created, detail)
        text = f"Created as a draft: contacts get it once it is published. Its id in the API: {created.public_id}."
        messages.success(request, text)
        return created
