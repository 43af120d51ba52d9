from typing import Any

from django import forms

from interviews.models import InterviewRequest
from interviews.paige.objective.steering import picks_text
from interviews.paige.objective.subjects import NO_SUBJECT, subjects_in, subjects_text
from interviews.services.steering_by_staff import check_subjects
from interviews.text import clean_objective
from staff.edit_conflicts import EditForm
from staff.interviews.picks import PicksWidget
from staff.interviews.steering import stored_steering

COMPLETED = "The interview is completed, so its objective, picked topics and subjects can no longer be changed here."


def why_closed(interview_request: InterviewRequest) -> str:
    return COMPLETED if interview_request.is_completed else ""


def clean_subjects(text: str) -> str:
    """Raises ValidationError."""
    corrected = subjects_in(text)
    if corrected is not None:
        check_subjects(corrected)
    return subjects_text(corrected)


class InterviewRequestForm(EditForm):
    class Meta:
        help_texts = {"archived_at": "The list leaves archived ones out. Customers do not see it."}

    rules = {"objective": clean_objective, "subjects": clean_subjects}

    objective = forms.CharField(
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"class": "long-text", "rows": 6}),
        help_text="The goal of this one interview. Paige uses it from her next question on.",
    )
    picks = forms.CharField(
        required=False,
        widget=PicksWidget,
        label="Picked topics",
        help_text="They replace what objective and notes steer to, from Paige's next question on. A new objective "
        "clears them. Topics with the same place keep the guide's order.",
    )

    subjects = forms.CharField(
        strip=False,
        required=False,
        label="Corrected subjects",
        widget=forms.Textarea(attrs={"class": "long-text", "rows": 3}),
        help_text="What the objective names within its topics, one a line, if what was found is not right. “(may be "
        f"named)” after a subject lets Paige ask about it by name. “{NO_SUBJECT}”: none. A new objective clears them.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.steering = stored_steering(kwargs["instance"])
        super().__init__(*args, **kwargs)
        self.closed = why_closed(self.instance)
        if self.steering and "picks" in self.fields:
            widget = self.fields["picks"].widget
            widget.topics = self.steering.brief.guide.topics
            widget.is_open = bool(self.instance.picks) or self.steering.is_without_match

    def _laid_out(self, name: str, value: Any) -> Any:
        """Leaves out picked topics that the guide does not have: the picker cannot show them."""
        if name == "picks":
            return picks_text(self.steering.brief.picks) if self.steering else ""
        return super()._laid_out(name, value)
