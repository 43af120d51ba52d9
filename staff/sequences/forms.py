"""The form of a sequence with its steps. Its buttons work without JavaScript; the services validate the texts."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.html import strip_tags
from django.utils.text import Truncator

from hindsight.text.languages import language_name
from interviews.models import InterviewType
from sequences.models.sequence import MAX_DAILY_CAP, MAX_STEPS
from sequences.models.sequence import Sequence as MailSequence
from sequences.schedule import MAX_DELAY
from sequences.services.sequences import StepValues, shipped_steps
from sequences.text import MAX_SUBJECT_LENGTH
from staff.edit_conflicts import EditForm, as_sent, conflict_message, fingerprint
from staff.guides.arrangement import rearrange
from staff.orgs.org_choice import OrgChoice
from staff.sequences.mails import name_of

# Such as "steps:add" and "steps-2:up".
_ARRANGEMENT = re.compile(r"steps(?:-(\d))?:(add|remove|up|down)", re.ASCII)


def languages() -> list[tuple[str, str]]:
    return [(code, language_name(code)) for code, _ in settings.LANGUAGES]


@cache
def time_zones() -> list[tuple[str, str]]:
    names = sorted(name for name in available_timezones() if name == "UTC" or ("/" in name and name[:3] != "Etc"))
    return [("", "Choose…"), *((name, name.replace("_", " ")) for name in names)]


class SequenceStart(OrgChoice):
    language = forms.ChoiceField(
        label="Start from", choices=lambda: [(code, f"The shipped texts, {name}") for code, name in languages()]
    )

    @classmethod
    def of(cls, request: Any) -> "SequenceStart":
        """A link to the page can have the org alone."""
        return cls(request.GET if "language" in request.GET else None, initial=request.GET.dict())


class SequenceForm(EditForm):
    language = forms.ChoiceField(choices=languages, help_text=MailSequence._meta.get_field("language").help_text)
    time_zone = forms.ChoiceField(
        choices=time_zones,
        help_text="Of the two times. They follow its daylight saving.",
    )
    daily_cap = forms.IntegerField(
        min_value=1,
        max_value=MAX_DAILY_CAP,
        label="Mails a day",
        help_text="At most. A new sender's first weeks need a low number: mail servers trust it by and by.",
    )

    class Meta:
        model = MailSequence
        fields = (
            *("name", "language", "sender_name", "reply_to", "postal_address"),
            *("window_start", "window_end", "time_zone", "daily_cap", "needs_approval"),
        )
        labels = {
            "sender_name": "Sender",
            "reply_to": "Reply address",
            "window_start": "Mails leave from",
            "window_end": "Until",
            "needs_approval": "A person approves each invitation before it leaves",
        }
        help_texts = {"needs_approval": "The reminders that follow need no further approval."}
        widgets = {
            "window_start": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "window_end": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "postal_address": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, data: Any, *, instance: MailSequence) -> None:
        super().__init__(data, instance=instance, label_suffix="")

    def _post_clean(self) -> None:
        """The service validates."""


class NewSequenceForm(SequenceForm):
    def __init__(self, data: Any, *, instance: MailSequence) -> None:
        super().__init__(data, instance=instance)
        types = InterviewType.objects.for_org(instance.org_id).filter(archived_at=None).defer("guide")
        self.fields["interview_type"] = forms.ModelChoiceField(
            types.order_by("name"), empty_label=None, help_text="Of the interviews that the mails invite to."
        )
        self.order_fields(["name", "interview_type"])


class StepForm(forms.Form):
    delay = forms.IntegerField(
        min_value=0,
        max_value=MAX_DELAY,
        label="Business days after the mail before",
        widget=forms.NumberInput(attrs={"min": 0, "max": MAX_DELAY}),
    )
    subject = forms.CharField(required=False, max_length=MAX_SUBJECT_LENGTH)
    text = forms.CharField(required=False, strip=False, widget=forms.Textarea(attrs={"rows": 10}))
    use_required_attribute = False
    has_focus = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "label_suffix": ""})

    @property
    def typed(self) -> dict[str, Any]:
        return {name: self[name].value() for name in self.fields}

    @property
    def values(self) -> StepValues:
        given = self.cleaned_data
        return {"delay": given["delay"], "subject": as_sent(given["subject"]), "text": as_sent(given["text"])}


StepFormSet = forms.formset_factory(StepForm, extra=0, max_num=MAX_STEPS, absolute_max=MAX_STEPS)


def posted(steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    values = {f"steps-{number}-{name}": value for number, step in enumerate(steps) for name, value in step.items()}
    return {"steps-TOTAL_FORMS": len(steps), "steps-INITIAL_FORMS": 0, **values}


def fingerprint_of(steps: Sequence[StepValues]) -> str:
    return fingerprint(json.dumps([[step["delay"], step["subject"], step["text"]] for step in steps]))


class Problem(NamedTuple):
    anchor: str
    text: str


class SequenceEditor:
    """`sequence`: unsaved if it is new. `stored`: its steps. `seen`: the fingerprint of the steps that were shown."""

    def __init__(self, sequence: MailSequence, stored: list[StepValues], data: Any = None) -> None:
        form = SequenceForm if sequence.pk else NewSequenceForm
        self.form: EditForm = form(data, instance=sequence)
        self.stored, self.seen = stored, data.get("seen_steps", "") if data else fingerprint_of(stored)
        self.steps = StepFormSet(data or posted(stored), prefix="steps")

    @classmethod
    def of(cls, sequence: MailSequence, data: Any) -> "SequenceEditor":
        """A new sequence begins with the shipped steps in its language."""
        steps = sequence.steps.values("delay", "subject", "text") if sequence.pk else shipped_steps(sequence.language)
        return cls(sequence, list(steps), data or None)

    def press(self, button: str) -> None:
        """A button that does not fit the steps changes nothing."""
        steps, found = [step.typed for step in self.steps], _ARRANGEMENT.fullmatch(button)
        place = None
        if found and found[2] == "add" and len(steps) < MAX_STEPS:
            steps.append({"delay": 5, "subject": "", "text": ""})
            place = len(steps) - 1
        elif found and found[1] and not (found[2] == "remove" and len(steps) == 1):
            place = rearrange(steps, int(found[1]), found[2])
        self.steps = StepFormSet(posted(steps), prefix="steps")
        for form in (self.form, *self.steps):
            form.errors.clear()  # nothing is to be saved yet
        if place is not None:
            self.steps[place].has_focus = True

    def store(self, service: Callable[..., MailSequence]) -> MailSequence | None:
        """None if there are errors, which the fields then have."""
        are_valid = self.steps.is_valid() and not self._has_conflict()
        if not self.form.is_valid() or not are_valid:
            return None
        try:
            return service(steps=self._new_steps(), **self._new_values())
        except ValidationError as error:
            for path, texts in error.message_dict.items():
                self._blame(path, texts)
            return None

    def _new_values(self) -> dict[str, Any]:
        chosen = self.form.cleaned_data.get("interview_type")
        return {**self.form.edits, **({"interview_type": chosen} if chosen else {})}

    def _new_steps(self) -> list[StepValues]:
        """Those that were not edited are as somebody else may have saved them meanwhile."""
        sent = [step.values for step in self.steps]
        return self.stored if fingerprint_of(sent) == self.seen else sent

    def _has_conflict(self) -> bool:
        steps = self._new_steps()
        if not self.form.instance.pk or steps == self.stored or self.seen == fingerprint_of(self.stored):
            return False
        self.seen = fingerprint_of(self.stored)  # the errors show what is stored
        for form, sent, stored in zip(self.steps, steps, self.stored, strict=False):
            for name in ("delay", "subject", "text"):
                if sent[name] != stored[name]:
                    form.add_error(name, conflict_message(str(stored[name])))
        if len(steps) != len(self.stored):
            self.steps.non_form_errors().append(f"Somebody else has saved {len(self.stored)} mails. Nothing was saved.")
        return True

    def _blame(self, path: str, texts: Sequence[str]) -> None:
        match path.split("."):
            case ["steps"]:
                self.steps.non_form_errors().extend(texts)
            case ["steps", number, name]:
                step = self.steps[int(number)]
                step.add_error(name if name in step.fields else None, list(texts))
            case [name]:
                self.form.add_error(name if name in self.form.fields else None, list(texts))

    @property
    def problems(self) -> list[Problem]:
        """Link to the fields."""
        parts = [("", self.form), *((f"{name_of(number)}, ", step) for number, step in enumerate(self.steps))]
        return [
            Problem(field.auto_id, Truncator(strip_tags(f"{where}{field.label}: {field.errors[0]}")).chars(200))
            for where, form in parts
            for field in form
            if field.errors
        ]
