"""The form of a sequence with its steps. The services validate the texts."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import construct_instance
from django.utils.html import strip_tags
from django.utils.text import Truncator

from interviews.models import InterviewType
from orgs.actors import Actor
from sequences.models import Sequence, Step
from sequences.models.sequence import MAX_STEPS, languages
from sequences.services.sequences import save_sequence, shipped_steps
from staff.edit_conflicts import EditForm
from staff.orgs.org_choice import OrgChoice
from staff.templatetags.desk import mail_name


class SequenceStart(OrgChoice):
    language = forms.ChoiceField(
        label="Start from", choices=lambda: [(code, f"The shipped texts, {name}") for code, name in languages()]
    )


class StepForm(EditForm):
    """A reminder without subject and text is removed."""

    compares_new = True
    rules = {"text": str}

    class Meta:
        model = Step
        fields = ("delay", "subject", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 10})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].required = self.fields["text"].required = False

    @property
    def is_removed(self) -> bool:
        texts = self.cleaned_data if self.is_bound else self.initial
        return self.instance.number > 0 and not (self.errors or texts.get("subject") or texts.get("text"))

    def _post_clean(self) -> None:
        construct_instance(self, self.instance, self.Meta.fields)


class SequenceForm(EditForm):
    """`instance`: a new one begins with the shipped steps in its language."""

    class Meta:
        model = Sequence
        fields = (
            *("name", "interview_type", "language", "sender_name", "reply_to", "postal_address"),
            *("window_start", "window_end", "time_zone", "daily_cap", "needs_approval"),
        )
        widgets = {
            "window_start": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "window_end": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "postal_address": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, data: Any, *, instance: Sequence) -> None:
        super().__init__(data, instance=instance, label_suffix="")
        kind: Any = self.fields["interview_type"]
        kind.queryset = InterviewType.objects.for_org(instance.org_id).defer("guide").order_by("name")
        kind.disabled, kind.empty_label = bool(instance.pk), None
        if not instance.pk:
            kind.queryset = kind.queryset.filter(archived_at=None)
        steps = list(instance.steps.all()) if instance.pk else shipped_steps(instance.language)
        steps += [Step(number=number, delay=5) for number in range(len(steps), MAX_STEPS)]
        self.steps = [StepForm(data, instance=step, prefix=f"steps-{step.number}", label_suffix="") for step in steps]

    def _post_clean(self) -> None:
        construct_instance(self, self.instance, self.Meta.fields)

    def is_valid(self) -> bool:
        return all([super().is_valid(), *[step.is_valid() for step in self.steps]])

    def store(self, actor: Actor) -> bool:
        """False if there are errors, which the fields then have."""
        if not self.is_valid():
            return False
        kept = [step for step in self.steps if not step.is_removed]
        try:
            save_sequence(self.instance, [step.instance for step in kept], actor=actor)
        except ValidationError as error:
            for path, texts in error.message_dict.items():
                *place, name = path.split(".")
                form = kept[int(place[1])] if place else self
                form.add_error(name if name in form.fields else None, list(texts))
            return False
        return True

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Ids of fields, and what is wrong."""
        parts = [("", self), *((f"{mail_name(number)}, ", step) for number, step in enumerate(self.steps))]
        return [
            (field.auto_id, Truncator(strip_tags(f"{where}{field.label}: {field.errors[0]}")).chars(200))
            for where, form in parts
            for field in form
            if field.errors
        ]
