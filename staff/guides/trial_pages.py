from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from contacts.text import clean_name, clean_typed_notes
from interviews.models import InterviewType
from interviews.paige.guide.guide import Guide
from interviews.paige.guide.rules import GuideError
from interviews.text import clean_answer, clean_objective
from staff.base import StaffAdmin
from staff.edit_conflicts import as_sent
from staff.guides.forms import GuideEditor, with_keys
from staff.guides.trial import ShownTrial, Trial
from staff.guides.versions import guide_at, versions_of

NOT_SIGNED = "This page is not complete, so the trial cannot go on. Start again."


class TrialForm(forms.Form):
    """`versions`: empty if the guide is the text of a form."""

    version = forms.TypedChoiceField(coerce=int, label="Version of the guide")
    contact_name = forms.CharField(required=False, label="Contact's name")
    objective = forms.CharField(
        required=False, strip=False, widget=forms.Textarea(attrs={"class": "long-text", "rows": 3})
    )
    notes = forms.CharField(required=False, strip=False, widget=forms.Textarea(attrs={"class": "long-text", "rows": 6}))

    def __init__(self, versions: list[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].choices = [(number, str(number)) for number in versions]  # type: ignore[attr-defined]
        if not versions:
            del self.fields["version"]

    def clean_contact_name(self) -> str:
        name: str = self.cleaned_data["contact_name"]
        return clean_name(name) if name.strip() else ""

    def clean_objective(self) -> str:
        return clean_objective(as_sent(self.cleaned_data["objective"]))

    def clean_notes(self) -> str:
        return clean_typed_notes(as_sent(self.cleaned_data["notes"]))


class AnswerForm(forms.Form):
    answer = forms.CharField(
        required=False, strip=False, widget=forms.Textarea(attrs={"class": "long-text", "rows": 4, "autofocus": True})
    )

    def clean_answer(self) -> str:
        return clean_answer(self.cleaned_data["answer"])


class GuideTrialPages(StaffAdmin):
    """Without a transaction: nothing is written. Texts of staff come by POST, so that no URL contains them."""

    trial_pages = {"try": "trial_view"}

    def trial_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        interview_type = self.object_or_404(request, object_id, self.has_view_permission, is_read=True)
        if "try" in request.POST:
            return self.try_unsaved(request, interview_type)
        trial, do = Trial.read(request.POST.get("trial", ""), interview_type), request.POST.get("do")
        unsaved = None if trial is None or trial.is_saved else trial
        if do == "start":
            return self.start_trial(request, interview_type, unsaved)
        if do is None or trial is None:
            initial = {"version": request.GET.get("version", interview_type.guide["version"])}
            form = TrialForm(versions_of(interview_type), initial=initial)
            return self.trial_form_page(request, interview_type, form, error=NOT_SIGNED if do else "")
        if do == "again":
            form = TrialForm([] if unsaved else versions_of(interview_type), initial=trial.settings)
            return self.trial_form_page(request, interview_type, form, unsaved)
        try:
            return self.answered_page(request, interview_type, trial, is_skipped=do == "skip")
        except GuideError as error:
            return self.not_tried_page(request, interview_type, error, is_saved=trial.is_saved)

    def try_unsaved(self, request: HttpRequest, interview_type: InterviewType) -> HttpResponse:
        guide = with_keys(GuideEditor(request.POST).guide)
        try:
            Guide.from_data(guide)
        except GuideError as error:
            return self.not_tried_page(request, interview_type, error, is_saved=False)
        return self.trial_form_page(request, interview_type, TrialForm([]), Trial(guide, is_saved=False))

    def not_tried_page(
        self, request: HttpRequest, interview_type: InterviewType, error: GuideError, *, is_saved: bool
    ) -> HttpResponse:
        """For a guide that breaks a rule. A running trial breaks a rule that is newer than the trial."""
        shown = {"problems": error.problems, "is_saved": is_saved}
        return self.page(request, "guides/guide_not_tried", interview_type, title="Try the guide", **shown)

    def start_trial(self, request: HttpRequest, interview_type: InterviewType, unsaved: Trial | None) -> HttpResponse:
        form = TrialForm([] if unsaved else versions_of(interview_type), request.POST)
        if form.is_valid():
            texts = dict(form.cleaned_data)
            guide = unsaved.guide if unsaved else guide_at(interview_type, texts.pop("version"))
            started = Trial(guide or {}, is_saved=unsaved is None, **texts)
            try:
                return self.trial_page(request, interview_type, started, AnswerForm())
            except GuideError as error:
                form.add_error(None, ["The guide no longer follows the rules of guides.", *error.lines])
        return self.trial_form_page(request, interview_type, form, unsaved)

    def answered_page(
        self, request: HttpRequest, interview_type: InterviewType, trial: Trial, is_skipped: bool
    ) -> HttpResponse:
        """Raises GuideError."""
        form = AnswerForm(request.POST)
        question = ShownTrial(trial, trial.brief(interview_type)).message
        if question and (is_skipped or form.is_valid()):
            trial = trial.after(question.utterance, "" if is_skipped else form.cleaned_data["answer"])
            form = AnswerForm()
        return self.trial_page(request, interview_type, trial, form)

    def trial_page(
        self, request: HttpRequest, interview_type: InterviewType, trial: Trial, form: AnswerForm
    ) -> HttpResponse:
        """Raises GuideError."""
        shown = ShownTrial(trial, trial.brief(interview_type))
        return self.page(
            request,
            "guides/guide_trial",
            interview_type,
            title="Try the guide",
            shown=shown,
            signed=trial.signed(interview_type),
            form=form,
        )

    def trial_form_page(
        self,
        request: HttpRequest,
        interview_type: InterviewType,
        form: TrialForm,
        unsaved: Trial | None = None,
        error: str = "",
    ) -> HttpResponse:
        signed = unsaved.signed(interview_type) if unsaved else ""
        return self.page(
            request,
            "guides/guide_trial_form",
            interview_type,
            title="Try the guide",
            form=form,
            signed=signed,
            error=error,
        )
