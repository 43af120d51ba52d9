"""The pages that edit, create and copy guides."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from hindsight.text import strict_json
from hindsight.text.languages import ENGLISH
from interviews.models import InterviewType
from interviews.models.interview_type import guide_text
from interviews.paige.guide.guide import Guide, shipped_guide, shipped_guides
from interviews.paige.guide.rules import GuideError, in_current_format
from interviews.paige.guide.texts import MAX_FOLLOW_UPS, QUOTE, VENDOR, FollowUpKind
from interviews.paige.language import languages
from interviews.paige.turn.brief import vendor_of
from interviews.services.interview_types import create_interview_type, duplicate_interview_type, edit_guide
from orgs.models import EventKind
from staff.base import StaffAdmin
from staff.guides.arrangement import MAX_TOPICS, new_topic
from staff.guides.editor import GuideEditor, canonical, differences, with_keys
from staff.guides.forms import language_name
from staff.guides.samples import MAX_SAMPLE_LENGTH, SAMPLE_PREFIX, sample_of
from staff.history.pages import change_of
from staff.orgs.org_choice import OrgField
from staff.security_events import actor_of, record_act

BLANK = "blank"
NUMBERS_OF_A_BLANK_GUIDE = {"version": 1, "estimated_minutes": 15, "max_turns": 14}


def starts() -> list[tuple[str, str]]:
    guides = {name: {"language": ENGLISH, **shipped_guide(name)} for name in shipped_guides()}
    named = [(name, f"{guide['name']} ({language_name(guide['language'])})") for name, guide in guides.items()]
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


class GuideJsonForm(forms.Form):
    """The service validates the guide."""

    guide = forms.CharField(
        strip=True,
        widget=forms.Textarea(attrs={"class": "long-text guide", "rows": 40, "spellcheck": "false"}),
        help_text="Topics are asked in this order. A question has a question mark. "
        f"{VENDOR} is replaced by the org's name, and {QUOTE}, in follow-ups, by words of "
        f"the contact. The kind of a follow-up is {', '.join(FollowUpKind)}. Core topics are asked even if few turns "
        "are left. Title, question and about, a sentence that says what contacts may tell there, decide which "
        "objectives and answers are about a topic. Rephrasing and reason are for contacts who ask what a question "
        "means or is for. They and about may be empty. The survey page and "
        f"Paige's fixed phrases are in the guide's language: {' or '.join(languages())}.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_guide(self) -> dict[str, Any]:
        try:
            guide = strict_json.parse(self.cleaned_data["guide"].encode())
        except strict_json.JSONError as error:
            raise ValidationError(f"This is not valid JSON: {error}.") from None
        if not isinstance(guide, dict):
            raise ValidationError("Enter a JSON object: { … }.")
        return guide


class GuidePages(StaffAdmin):
    object_pages = {"guide": "guide_view", "guide-json": "guide_json_view", "duplicate": "duplicate_view"}

    def may_edit_guide(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("interviews.change_interviewtype")

    def guide_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """`?change=ID` opens the guide from before that change."""
        interview_type = self.object_or_404(request, object_id, self.may_edit_guide)
        if request.method == "POST":
            return self.guide_posted(request, interview_type, GuideEditor(request.POST))
        guide = self.opened_guide(request, interview_type)
        if len(guide["topics"]) > MAX_TOPICS:
            message = f"The form shows at most {MAX_TOPICS} topics. This guide has more, so edit its JSON."
            return self.back_to(request, "guide-json", interview_type, messages.WARNING, message)
        return self.guide_page(request, interview_type, GuideEditor.of(guide))

    def guide_posted(self, request: HttpRequest, interview_type: InterviewType, editor: GuideEditor) -> HttpResponse:
        """If somebody else has saved another guide, shows the differences. Saving that page replaces their guide."""
        if button := request.POST.get("do"):
            return self.pressed_page(request, interview_type, editor, button)
        guide, stored = with_keys(editor.guide), canonical(interview_type.guide)
        edited = {**guide, "version": stored["version"]}
        try:
            Guide.from_data(guide)
            editor = GuideEditor.of(edited)
            if edited == stored:
                return self.save_guide(request, interview_type, interview_type.guide)
            if guide["version"] == stored["version"]:
                return self.save_guide(request, interview_type, guide)
            editor.show_conflicts(differences(edited, stored))
        except (GuideError, ValidationError) as error:
            editor.refuse(error)
        return self.guide_page(request, interview_type, editor)

    def pressed_page(
        self,
        request: HttpRequest,
        interview_type: InterviewType | None,
        editor: GuideEditor,
        pressed: str,
        **context: Any,
    ) -> HttpResponse:
        """After a button that does not save. `org` is in `context` if there is no interview type yet."""
        if not pressed.startswith(SAMPLE_PREFIX):
            return self.guide_page(request, interview_type, editor.pressed(pressed), is_unsaved=True, **context)
        guide, org = None, interview_type.org if interview_type else context["org"]
        try:
            guide = Guide.from_data({**with_keys(editor.guide), "version": 1})
        except GuideError as error:
            editor.refuse(error)
        sample = sample_of(request.POST, guide, vendor_of(org.name))
        return self.guide_page(request, interview_type, editor, is_unsaved=True, sample=sample, **context)

    def save_guide(self, request: HttpRequest, interview_type: InterviewType, guide: dict[str, Any]) -> HttpResponse:
        """Raises GuideError and ValidationError."""
        edited = edit_guide(
            org_id=interview_type.org_id, interview_type_id=interview_type.pk, guide=guide, actor=actor_of(request)
        )
        self.mention_warnings(request, GuideEditor.of(edited.guide))
        version = edited.guide["version"]
        if version == interview_type.guide["version"]:
            return self.back_to(request, "change", edited, messages.INFO, f"The guide is unchanged: version {version}.")
        record_act(request, EventKind.GUIDE_CHANGED, edited, f"Version: {version}.")
        text = f"The guide is at version {version}. Interviews that have begun keep theirs."
        return self.back_to(request, "change", edited, messages.SUCCESS, text)

    def mention_warnings(self, request: HttpRequest, editor: GuideEditor) -> None:
        editor.warn()
        if editor.warnings:
            messages.warning(request, f"Questions to look at again: {len(editor.warnings)}. The form shows them.")

    def guide_page(
        self, request: HttpRequest, interview_type: InterviewType | None, editor: GuideEditor, **context: Any
    ) -> HttpResponse:
        editor.warn()
        limits = {"max_topics": MAX_TOPICS, "max_follow_ups": MAX_FOLLOW_UPS, "max_sample_length": MAX_SAMPLE_LENGTH}
        shown = {"title": "Edit the guide", "button": "Save as a new version", "editor": editor, **limits}
        shown["sample"] = sample_of(request.POST, None, "")
        return self.page(request, "guides/guide_form", interview_type, **{**shown, **context})

    def opened_guide(self, request: HttpRequest, interview_type: InterviewType) -> dict[str, Any]:
        """The stored version with the texts of an older one, if `?change=ID` names it."""
        older = change_of(interview_type, request.GET.get("change", ""))
        guide = in_current_format(json.loads(older.before)) if older and older.before else interview_type.guide
        return {**guide, "version": interview_type.guide["version"]}

    def guide_json_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The second of two edits of one version is refused."""
        interview_type = self.object_or_404(request, object_id, self.may_edit_guide)
        opened = self.opened_guide(request, interview_type)
        initial = {"guide": guide_text(opened), "version": opened["version"]}
        form = GuideJsonForm(request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            guide = {**form.cleaned_data["guide"], "version": form.cleaned_data["version"]}
            try:
                return self.save_guide(request, interview_type, guide)
            except GuideError as error:
                form.add_error("guide", error.lines)
            except ValidationError as error:
                form.add_error("guide", error.messages)
        return self.page(request, "guides/guide", interview_type, title="Edit the guide as JSON", form=form)

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
        try:
            with transaction.atomic():
                created = create_interview_type(org=org, guide=with_keys({**editor.guide, "version": 1}))
                record_act(request, EventKind.TYPE_CREATED, created)
        except (GuideError, ValidationError) as error:
            editor.refuse(error)
            return self.guide_page(request, None, editor, **shown)
        self.mention_warnings(request, editor)
        return self.created_page(request, created)

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
