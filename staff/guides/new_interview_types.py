from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from hindsight.text.languages import ENGLISH
from interviews.models import InterviewType
from interviews.paige.guide.guide import shipped_guide, shipped_guides
from interviews.paige.guide.rules import GuideError
from interviews.paige.language import languages
from interviews.services.interview_types import create_interview_type, duplicate_interview_type
from orgs.models import EventKind, Org
from staff.guides.arrangement import new_topic
from staff.guides.editor import GuideEditor, with_keys
from staff.guides.forms import language_name
from staff.guides.pages import GuidePages
from staff.orgs.org_choice import OrgField
from staff.security_events import record_act

BLANK = "blank"
NUMBERS_OF_A_BLANK_GUIDE = {"version": 1, "estimated_minutes": 15, "max_turns": 14}


def starts() -> list[tuple[str, str]]:
    guides = {name: shipped_guide(name) for name in shipped_guides()}
    named = [
        (name, f"{guide['name']} ({language_name(guide.get('language', ENGLISH))})") for name, guide in guides.items()
    ]
    return [*named, (BLANK, "Blank: no questions")]


class StartForm(forms.Form):
    org = OrgField(help_text="Its name or slug.")
    start = forms.ChoiceField(label="Start with", choices=starts)
    language = forms.ChoiceField(
        required=False,
        choices=lambda: [("", "As in the guide"), *((code, language_name(code)) for code in languages())],
        help_text="Of the survey page and of Paige's fixed phrases. Questions are not translated.",
    )

    def guide(self) -> dict[str, Any]:
        start, language = self.cleaned_data["start"], self.cleaned_data["language"]
        if start == BLANK:
            texts = dict.fromkeys(("name", "purpose", "closing_question"), "")
            blank = {**texts, **NUMBERS_OF_A_BLANK_GUIDE, "language": language or ENGLISH}
            return {**blank, "topics": [new_topic(blank)]}
        guide = shipped_guide(start)
        return {**guide, "language": language or guide.get("language", ENGLISH)}


class DuplicateForm(forms.Form):
    org = OrgField(help_text="Its name or slug.")
    name = forms.CharField(widget=forms.TextInput(attrs={"class": "vTextField", "autofocus": True}))


class NewInterviewTypePages(GuidePages):
    object_pages = {**GuidePages.object_pages, "duplicate": "duplicate_view"}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("interviews.add_interviewtype")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """First asks for the org and the template. The query has the answers, and nothing is stored yet."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        is_begun = "start" in request.GET
        form = StartForm(request.GET) if is_begun else StartForm(initial={"org": request.GET.get("org", "")})
        if not form.is_valid():
            return self.page(request, "guides/interview_type_start", None, title="New interview type", form=form)
        org = form.cleaned_data["org"]
        shown = {"title": "New interview type", "button": "Create the interview type", "org": org}
        if request.method != "POST":
            return self.guide_page(request, None, GuideEditor.of(form.guide()), **shown)
        editor = GuideEditor(request.POST)
        if button := request.POST.get("do"):
            return self.pressed_page(request, None, editor, button, **shown)
        if created := self.create(request, org, editor):
            return self.created_page(request, created)
        return self.guide_page(request, None, editor, **shown)

    def create(self, request: HttpRequest, org: Org, editor: GuideEditor) -> InterviewType | None:
        """None if the editor now has problems."""
        try:
            with transaction.atomic():
                created = create_interview_type(org=org, guide=with_keys({**editor.guide, "version": 1}))
                record_act(request, EventKind.TYPE_CREATED, created)
        except (GuideError, ValidationError) as error:
            editor.refuse_error(error)
            return None
        self.mention_warnings(request, editor)
        return created

    def created_page(self, request: HttpRequest, interview_type: InterviewType) -> HttpResponse:
        text = f"Created. Its id in the API: {interview_type.public_id}."
        return self.back_to(request, "change", interview_type, messages.SUCCESS, text)

    def duplicate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        interview_type: InterviewType = self.object_or_404(request, object_id, self.has_add_permission)
        initial = {"org": interview_type.org.slug, "name": f"Copy of {interview_type.name}"}
        form = DuplicateForm(request.POST or None, initial=initial)
        if form.is_valid():
            try:
                copy = duplicate_interview_type(interview_type=interview_type, **form.cleaned_data)
            except GuideError as error:
                form.add_error(None, error.lines)
            except ValidationError as error:
                form.add_error("name", error.messages)
            else:
                record_act(request, EventKind.TYPE_CREATED, copy, f"A copy of {interview_type.public_id}.")
                return self.created_page(request, copy)
        return self.page(request, "form", interview_type, title="Duplicate", form=form, button="Duplicate")
