"""The pages that edit guides, as drafts or published at once."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from hindsight.text import strict_json
from interviews.models import InterviewType
from interviews.models.interview_type import guide_text, language_code
from interviews.paige.guide.guide import Guide
from interviews.paige.guide.rules import GuideError, in_current_format
from interviews.paige.guide.texts import MAX_FOLLOW_UPS, QUOTE, VENDOR, FollowUpKind
from interviews.paige.language import languages
from interviews.paige.turn.brief import vendor_of
from interviews.services.interview_types import edit_guide, save_draft
from orgs.models import EventKind
from staff.base import StaffAdmin
from staff.guides.arrangement import MAX_TOPICS
from staff.guides.editor import GuideEditor, canonical, differences, with_keys
from staff.guides.samples import MAX_SAMPLE_LENGTH, SAMPLE_PREFIX, sample_of
from staff.history.pages import change_of
from staff.security_events import actor_of, record_act


class GuideJsonForm(forms.Form):
    """The service validates the guide."""

    guide = forms.CharField(
        strip=True,
        widget=forms.Textarea(attrs={"class": "long-text", "rows": 40, "spellcheck": "false"}),
        help_text="Topics are asked in this order. A question has a question mark. "
        f"{VENDOR} is replaced by the org's name, and {QUOTE}, in follow-ups, by words of "
        f"the contact. The kind of a follow-up is {', '.join(FollowUpKind)}. Core topics are asked even if few turns "
        "are left. Title, question and about, a sentence that says what contacts may tell there, decide which "
        "objectives and answers are about a topic. Rephrasing and reason are for contacts who ask what a question "
        "means or is for. They and about may be empty. The survey page and "
        f"Paige's fixed phrases are in the guide's language: {' or '.join(languages())}.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_guide(self) -> dict[str, Any]:
        try:
            guide = strict_json.parse(self.cleaned_data["guide"].encode())
        except strict_json.JSONError as error:
            raise ValidationError(f"This is not valid JSON: {error}.") from None
        if not isinstance(guide, dict):
            raise ValidationError("Enter a JSON object: { … }.")
        return guide


class GuidePages(StaffAdmin):
    object_pages = {"guide": "guide_view", "guide-json": "guide_json_view"}

    def may_edit_guide(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("interviews.change_interviewtype")

    def guide_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """`?change=ID` opens the guide from before that change. `?beside=ID` shows the texts of another one."""
        interview_type = self.object_or_404(request, object_id, self.may_edit_guide)
        if request.method == "POST":
            return self.guide_posted(request, interview_type, GuideEditor(request.POST))
        guide = self.opened_guide(request, interview_type)
        if len(guide["topics"]) > MAX_TOPICS:
            message = f"The form shows at most {MAX_TOPICS} topics. This guide has more, so edit its JSON."
            return self.back_to(request, "guide-json", interview_type, messages.WARNING, message)
        seen = seen_draft(interview_type)
        return self.guide_page(request, interview_type, GuideEditor.of(guide), seen=seen)

    def guide_posted(self, request: HttpRequest, interview_type: InterviewType, editor: GuideEditor) -> HttpResponse:
        """If somebody else has saved another text, shows the differences. Saving that page replaces their text."""
        if button := request.POST.get("do"):
            return self.pressed_page(request, interview_type, editor, button)
        is_draft, seen = request.POST.get("save") == "draft", request.POST.get("seen", "")
        guide = editor.guide if is_draft else with_keys(editor.guide)
        version = interview_type.guide["version"]
        edited, stored = {**guide, "version": version}, {**canonical(interview_type.edited_guide), "version": version}
        if editor.has_wrong_characters():
            return self.guide_page(request, interview_type, editor, seen=seen)
        try:
            if not is_draft:
                Guide.from_data(guide)
            if edited == stored or (guide["version"], seen) == (version, seen_draft(interview_type)):
                return (self.keep_draft if is_draft else self.publish)(request, interview_type, edited)
            editor, seen = GuideEditor.of(edited), seen_draft(interview_type)
            editor.show_conflicts(differences(edited, stored))
        except (GuideError, ValidationError) as error:
            editor.refuse(error)
        return self.guide_page(request, interview_type, editor, seen=seen)

    def pressed_page(
        self, request: HttpRequest, interview_type: InterviewType, editor: GuideEditor, pressed: str
    ) -> HttpResponse:
        """After a button that does not save."""
        shown: dict[str, Any] = {"is_unsaved": True, "seen": request.POST.get("seen", "")}
        if not pressed.startswith(SAMPLE_PREFIX):
            return self.guide_page(request, interview_type, editor.pressed(pressed), **shown)
        guide = None
        try:
            guide = Guide.from_data({**with_keys(editor.guide), "version": 1})
        except GuideError as error:
            editor.refuse(error)
        sample = sample_of(request.POST, guide, vendor_of(interview_type.org.name))
        return self.guide_page(request, interview_type, editor, sample=sample, **shown)

    def keep_draft(self, request: HttpRequest, interview_type: InterviewType, guide: dict[str, Any]) -> HttpResponse:
        if guide != canonical(interview_type.edited_guide):
            save_draft(
                org_id=interview_type.org_id, interview_type_id=interview_type.pk, guide=guide, actor=actor_of(request)
            )
        messages.success(request, "The draft is saved. Contacts get it once it is published.")
        return self.to_editor(interview_type, beside=chosen_beside(request))

    def to_editor(self, interview_type: InterviewType, *, beside: object = "") -> HttpResponse:
        query = {"beside": str(beside)} if beside else {}
        return HttpResponseRedirect(reverse(f"admin:{self.url_prefix}_guide", args=[interview_type.pk], query=query))

    def publish(self, request: HttpRequest, interview_type: InterviewType, guide: dict[str, Any]) -> HttpResponse:
        """Raises GuideError and ValidationError."""
        if guide == canonical(interview_type.guide):
            guide = interview_type.guide
        published = edit_guide(
            org_id=interview_type.org_id, interview_type_id=interview_type.pk, guide=guide, actor=actor_of(request)
        )
        editor, version = GuideEditor.of(published.guide), published.guide["version"]
        editor.warn()
        if editor.warnings:
            messages.warning(request, f"Questions to look at again: {len(editor.warnings)}. The editor shows them.")
        if version == interview_type.guide["version"] and not interview_type.drafted_at:
            text = f"The guide is unchanged: version {version}."
            return self.back_to(request, "change", published, messages.INFO, text)
        record_act(request, EventKind.GUIDE_CHANGED, published, f"Version: {version}.")
        text = f"Version {version} is published. Interviews that have begun keep theirs."
        return self.back_to(request, "change", published, messages.SUCCESS, text)

    def guide_page(
        self, request: HttpRequest, interview_type: InterviewType, editor: GuideEditor, **context: Any
    ) -> HttpResponse:
        editor.warn()
        editor.preview(vendor := vendor_of(interview_type.org.name))
        others = others_of(interview_type)
        if beside := next((other for other in others if str(other.pk) == chosen_beside(request)), None):
            editor.show_beside(beside.guide)
        limits = {"max_topics": MAX_TOPICS, "max_follow_ups": MAX_FOLLOW_UPS, "max_sample_length": MAX_SAMPLE_LENGTH}
        shown = {"title": "Edit the guide", "editor": editor, "vendor": vendor, "others": others, "beside": beside}
        shown |= {"sample": sample_of(request.POST, None, ""), "is_older": "change" in request.GET, **limits}
        return self.page(request, "guides/guide_form", interview_type, **{**shown, **context})

    def opened_guide(self, request: HttpRequest, interview_type: InterviewType) -> dict[str, Any]:
        """The draft or the stored version, with the texts of an older one if `?change=ID` names it."""
        older = change_of(interview_type, request.GET.get("change", ""))
        before = json.loads(older.before) if older and older.before else interview_type.edited_guide
        return {**in_current_format(before), "version": interview_type.guide["version"]}

    def guide_json_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The second of two edits of one version is refused."""
        interview_type = self.object_or_404(request, object_id, self.may_edit_guide)
        opened, seen = self.opened_guide(request, interview_type), seen_draft(interview_type)
        initial = {"guide": guide_text(opened), "version": opened["version"], "seen": seen}
        form = GuideJsonForm(request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            guide = {**form.cleaned_data["guide"], "version": form.cleaned_data["version"]}
            try:
                if form.cleaned_data["seen"] != seen:
                    raise ValidationError("Somebody else has saved or published a draft meanwhile.")
                return self.publish(request, interview_type, guide)
            except GuideError as error:
                form.add_error("guide", error.lines)
            except ValidationError as error:
                form.add_error("guide", error.messages)
        shown = {"title": "Edit the guide as JSON", "form": form, "button": "Publish"}
        return self.page(request, "guides/guide", interview_type, **shown)


def seen_draft(interview_type: InterviewType) -> str:
    """Tells drafts apart. Empty if there is none."""
    return interview_type.drafted_at.isoformat() if interview_type.drafted_at else ""


def chosen_beside(request: HttpRequest) -> str:
    return request.POST.get("beside") or request.GET.get("beside", "")


def others_of(interview_type: InterviewType) -> list[Any]:
    """Further interview types of the org, with their languages."""
    of_org = InterviewType.objects.for_org(interview_type.org_id).exclude(pk=interview_type.pk).defer("guide", "draft")
    return list(of_org.annotate(language_code=language_code()).order_by("name"))
