"""Tries a guide with the functions of a real interview. Nothing is stored.

The trial travels in a signed field of the page's form.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, Self

from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse

from contacts.models import Contact
from contacts.text import clean_name, clean_typed_notes
from interviews.lifecycle import Move, Speaker
from interviews.models import InterviewRequest, InterviewType
from interviews.paige.dialogue import Utterance
from interviews.paige.engines import RulesEngine
from interviews.paige.guide.guide import Guide
from interviews.paige.guide.rules import GuideError
from interviews.paige.model.prompt import Segment, left_out_of_notes, messages_for, segments
from interviews.paige.turn.brief import Brief, opening_brief
from interviews.paige.turn.compose import Message, next_message
from interviews.paige.turn.dialogue_state import DialogueState
from interviews.paige.turn.moves import moves
from interviews.text import clean_answer, clean_objective
from staff.base import StaffAdmin
from staff.guides.comparison import guide_at, versions_of
from staff.guides.editor import GuideEditor, with_keys
from staff.interviews.forms import RuledField, long_text
from staff.interviews.steering import ShownSteering
from staff.interviews.transcript import SKIPPED, SpokenTurn, speakers

NOT_SIGNED = "This page is not complete, so the trial cannot go on. Start again."

DRAFT = 0
"""The number that the select of versions gives the draft."""

WHY = {
    Move.QUESTION: "It is the first topic that is left to ask.",
    Move.FOLLOW_UP: "The last answer leaves something to ask. Kind of the follow-up: {kind}.",
    Move.COVERED: "An earlier answer was about this topic, so Paige only asks what to add.",
    Move.REPEAT: "The answer asked or wished for something, so Paige puts the open question again.",
    Move.REPHRASE: "The answer asked what the question means or is for, so Paige puts it in other words.",
    Move.CLOSING: "No other topic is left to ask.",
}


def salt_of(interview_type: InterviewType) -> str:
    return f"staff.guides.trial.{interview_type.pk}"


@dataclass(frozen=True)
class Trial:
    """`is_saved`: False for a draft, saved or not. `conversation`: the questions that were answered or skipped."""

    guide: Mapping[str, Any]
    is_saved: bool = True
    contact_name: str = field(default="", repr=False)
    objective: str = field(default="", repr=False)
    notes: str = field(default="", repr=False)
    conversation: tuple[Utterance, ...] = field(default=(), repr=False)

    @classmethod
    def read(cls, text: str, interview_type: InterviewType) -> Self | None:
        """None if the text was not signed for this interview type."""
        try:
            fields = signing.loads(text, salt=salt_of(interview_type))
        except signing.BadSignature:
            return None
        said = tuple(
            Utterance(**{**turn, "speaker": Speaker(turn["speaker"]), "move": Move(turn["move"])})
            for turn in fields.pop("conversation")
        )
        return cls(**fields, conversation=said)

    def signed(self, interview_type: InterviewType) -> str:
        return signing.dumps(asdict(self), salt=salt_of(interview_type), compress=True)

    @property
    def settings(self) -> dict[str, Any]:
        texts = {name: getattr(self, name) for name in ("contact_name", "objective", "notes")}
        return {**texts, "version": self.guide["version"]}

    def brief(self, interview_type: InterviewType) -> Brief:
        """Raises GuideError."""
        contact = Contact(org=interview_type.org, name=self.contact_name, notes=self.notes)
        invited = InterviewRequest(
            org=interview_type.org, contact=contact, interview_type=interview_type, objective=self.objective
        )
        return opening_brief(invited, Guide.from_data(self.guide)).after(self.conversation)

    def after(self, question: Utterance, answer: str) -> Self:
        said = Utterance(Speaker.CONTACT, answer, question.topic, Move.ANSWER if answer else Move.SKIP)
        return replace(self, conversation=(*self.conversation, question, said))


@dataclass(frozen=True)
class ShownTrial:
    trial: Trial
    brief: Brief

    @cached_property
    def message(self) -> Message | None:
        """None if nothing is left to ask."""
        return next_message(self.brief, RulesEngine())

    @property
    def title(self) -> str:
        return self.message.choice.move.topic.title if self.message else ""

    @property
    def why(self) -> list[str]:
        if self.message is None:
            return []
        move, steering = self.message.choice.move, self.brief.steering
        reasons = [WHY[move.move].format(kind=move.asked.kind if move.asked else "")]
        if move.topic.key in steering.emphasize:
            reasons.append("The topic is emphasized: it is asked before others, with up to two follow-ups.")
        if move.topic.key in steering.avoid:
            reasons.append("The topic is avoided, but it is a core topic: it is asked once, without follow-ups.")
        return reasons

    @property
    def number(self) -> int:
        """Does not count questions that were put again."""
        return len(DialogueState(self.brief).asked) + 1

    @property
    def steering(self) -> ShownSteering:
        return ShownSteering(self.brief)

    @property
    def turns(self) -> list[SpokenTurn]:
        names = speakers(self.trial.contact_name)
        said = [*self.brief.conversation, *([self.message.utterance] if self.message else [])]
        return [SpokenTurn(names[turn.speaker], turn.text, html=turn.text or SKIPPED) for turn in said]

    @property
    def prompt(self) -> list[tuple[str, list[Segment]]]:
        offered = moves(self.brief)
        return [(each.role, segments(each)) for each in messages_for(self.brief, offered)] if offered else []

    @property
    def left_out(self) -> int:
        return left_out_of_notes(self.trial.notes)


class TrialForm(forms.Form):
    """`versions`: with DRAFT if there is one, and empty if the guide is the text of a form."""

    version = forms.TypedChoiceField(coerce=int, label="Version of the guide")
    contact_name = RuledField(clean_name, required=False, label="Contact's name")
    objective = long_text(3, rule=clean_objective)
    notes = long_text(6, rule=clean_typed_notes)

    def __init__(self, versions: list[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].choices = [(number, str(number) if number else "Draft") for number in versions]  # type: ignore[attr-defined]
        if not versions:
            del self.fields["version"]


class AnswerForm(forms.Form):
    answer = long_text(4, autofocus=True)

    def clean_answer(self) -> str:
        return clean_answer(self.cleaned_data["answer"])


def trial_view(admin: StaffAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Nothing is written. Texts of staff come by POST, so that no URL contains them."""
    interview_type = admin.object_or_404(request, object_id, admin.has_view_permission, is_read=True)
    return TrialPage(admin, request, interview_type).response()


@dataclass(frozen=True)
class TrialPage:
    admin: StaffAdmin
    request: HttpRequest
    interview_type: InterviewType

    def response(self) -> HttpResponse:
        posted = self.request.POST
        if "try" in posted:
            return self.try_unsaved()
        trial, do = Trial.read(posted.get("trial", ""), self.interview_type), posted.get("do")
        unsaved = None if trial is None or trial.is_saved else trial
        if do == "start":
            return self.start(unsaved)
        if do is None or trial is None:
            form = self.settings_form(None, initial={"version": self.request.GET.get("version", self.versions[0])})
            return self.settings_page(None, form, error=NOT_SIGNED if do else "")
        if do == "again":
            return self.settings_page(unsaved, self.settings_form(unsaved, initial=trial.settings))
        try:
            return self.answer(trial, is_skipped=do == "skip")
        except GuideError as error:
            return self.broken_guide_page(error, is_saved=trial.is_saved)

    def try_unsaved(self) -> HttpResponse:
        guide = with_keys(GuideEditor(self.request.POST).guide)
        try:
            Guide.from_data(guide)
        except GuideError as error:
            return self.broken_guide_page(error, is_saved=False)
        unsaved = Trial(guide, is_saved=False)
        return self.settings_page(unsaved, self.settings_form(unsaved))

    def start(self, unsaved: Trial | None) -> HttpResponse:
        form = self.settings_form(unsaved, data=self.request.POST)
        if form.is_valid():
            texts = dict(form.cleaned_data)
            version = DRAFT if unsaved else texts.pop("version")
            guide = unsaved.guide if unsaved else self.guide_at(version)
            try:
                return self.trial_page(Trial(guide, is_saved=version != DRAFT, **texts), AnswerForm())
            except GuideError as error:
                form.add_error(None, ["The guide does not follow the rules of guides.", *error.lines])
        return self.settings_page(unsaved, form)

    def answer(self, trial: Trial, *, is_skipped: bool) -> HttpResponse:
        """Raises GuideError."""
        form = AnswerForm(self.request.POST)
        question = ShownTrial(trial, trial.brief(self.interview_type)).message
        if question and (is_skipped or form.is_valid()):
            trial = trial.after(question.utterance, "" if is_skipped else form.cleaned_data["answer"])
            form = AnswerForm()
        return self.trial_page(trial, form)

    def settings_form(self, unsaved: Trial | None, **options: Any) -> TrialForm:
        return TrialForm([] if unsaved else self.versions, **options)

    @cached_property
    def versions(self) -> list[int]:
        return [*([DRAFT] if self.interview_type.draft else []), *versions_of(self.interview_type)]

    def guide_at(self, version: int) -> Mapping[str, Any]:
        if version == DRAFT:
            return with_keys(self.interview_type.edited_guide)
        return guide_at(self.interview_type, version) or {}

    def settings_page(self, unsaved: Trial | None, form: TrialForm, *, error: str = "") -> HttpResponse:
        signed = unsaved.signed(self.interview_type) if unsaved else ""
        return self.page("guide_trial_form", form=form, signed=signed, error=error)

    def trial_page(self, trial: Trial, form: AnswerForm) -> HttpResponse:
        """Raises GuideError."""
        shown = ShownTrial(trial, trial.brief(self.interview_type))
        return self.page("guide_trial", shown=shown, signed=trial.signed(self.interview_type), form=form)

    def broken_guide_page(self, error: GuideError, *, is_saved: bool) -> HttpResponse:
        """A running trial breaks a rule that is newer than the trial."""
        return self.page("guide_not_tried", problems=error.problems, is_saved=is_saved)

    def page(self, template: str, **context: Any) -> HttpResponse:
        return self.admin.page(
            self.request, f"guides/{template}", self.interview_type, title="Try the guide", **context
        )
