import json
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from hindsight.text import strict_json
from interviews.models import InterviewType
from interviews.models.interview_type import guide_text
from interviews.paige.guide.guide import Guide
from interviews.paige.guide.rules import GuideError, in_current_format
from interviews.paige.guide.texts import MAX_FOLLOW_UPS, QUOTE, VENDOR, FollowUpKind
from interviews.paige.language import languages
from interviews.paige.turn.brief import vendor_of
from interviews.services.interview_types import edit_guide
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
    object_pages = {"guide": "guide_view", "guide-json": "guide_json_view"}

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
        guide = with_keys(editor.guide)
        try:
            Guide.from_data(guide)
        except GuideError as error:
            editor.refuse(error.problems)
            return self.guide_page(request, interview_type, editor)
        stored = canonical(interview_type.guide)
        edited = {**guide, "version": stored["version"]}
        is_unchanged, editor = edited == stored, GuideEditor.of(edited)
        if is_unchanged or guide["version"] == stored["version"]:
            return self.save_guide(request, interview_type, interview_type.guide if is_unchanged else guide, editor)
        editor.show_conflicts(differences(edited, stored))
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
            editor.refuse(error.problems)
        sample = sample_of(request.POST, guide, vendor_of(org.name))
        return self.guide_page(request, interview_type, editor, is_unsaved=True, sample=sample, **context)

    def save_guide(
        self, request: HttpRequest, interview_type: InterviewType, guide: dict[str, Any], editor: GuideEditor
    ) -> HttpResponse:
        try:
            edited = edit_guide(
                org_id=interview_type.org_id, interview_type_id=interview_type.pk, guide=guide, actor=actor_of(request)
            )
        except (GuideError, ValidationError) as error:
            editor.refuse_error(error)
        else:
            return self.saved(request, edited, interview_type.guide["version"], editor)
        return self.guide_page(request, interview_type, editor)

    def saved(self, request: HttpRequest, edited: InterviewType, before: int, editor: GuideEditor) -> HttpResponse:
        self.mention_warnings(request, editor)
        version = edited.guide["version"]
        if version == before:
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
        sample = sample_of(request.POST, None, "")
        shown = {"title": "Edit the guide", "button": "Save as a new version", "editor": editor, "sample": sample}
        shown |= limits
        return self.page(request, "guides/guide_form", interview_type, **{**shown, **context})

    def opened_guide(self, request: HttpRequest, interview_type: InterviewType) -> dict[str, Any]:
        """The stored version with the texts of an older one, if `?change=ID` names it."""
        older = change_of(interview_type, request.GET.get("change", ""))
        guide = in_current_format(json.loads(older.before)) if older and older.before else interview_type.guide
        return {**guide, "version": interview_type.guide["version"]}

    def guide_json_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The second of two edits of one version is refused."""
        interview_type = self.object_or_404(request, object_id, self.may_edit_guide)
        initial = {
            "guide": guide_text(self.opened_guide(request, interview_type)),
            "version": interview_type.guide["version"],
        }
        form = GuideJsonForm(request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            guide = {**form.cleaned_data["guide"], "version": form.cleaned_data["version"]}
            try:
                edited = edit_guide(
                    org_id=interview_type.org_id,
                    interview_type_id=interview_type.pk,
                    guide=guide,
                    actor=actor_of(request),
                )
                return self.saved(request, edited, interview_type.guide["version"], GuideEditor.of(edited.guide))
            except GuideError as error:
                form.add_error("guide", error.lines)
            except ValidationError as error:
                form.add_error("guide", error.messages)
        return self.page(request, "guides/guide", interview_type, title="Edit the guide as JSON", form=form)
