"""Forms that overwrite nothing their writer has not seen, and write nothing their writer has not changed.

A form carries a fingerprint of each text that it showed. When it comes back, a field whose row differs from that
fingerprint has been changed by somebody else in between: by staff, or over the API.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.text import capfirst

from contacts.text import clean_name, clean_typed_notes, readable_notes
from hindsight.text import strict_json
from interviews.text import clean_objective
from orgs.services import MAX_LIFETIME_DAYS

# Django's class takes its type argument from type checkers alone.
if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
else:
    ModelForm = forms.ModelForm


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def as_sent(value: Any) -> str:
    """A value as a text that is the same before and after its trip through a browser, which rewrites line ends."""
    text = "" if value is None else str(value)
    return text.replace("\r\n", "\n").replace("\r", "\n")


class MergingForm(ModelForm):
    # What the fields showed, as fingerprints by name.
    seen = forms.JSONField(required=False, widget=forms.HiddenInput)

    # The rule that a text has to pass, and how it is laid out to be edited; both by field, where there is one.
    rules: Mapping[str, Callable[[str], str]] = {}
    layouts: Mapping[str, Callable[[str], str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guarded = [name for name in self.fields if name != "seen"]
        self.stored = {name: getattr(self.instance, name) for name in self.guarded}
        self.shown = {name: as_sent(self._laid_out(name, value)) for name, value in self.stored.items()}
        self.initial.update({name: self.shown[name] for name in self.layouts if self.instance.pk})
        self.initial["seen"] = {name: fingerprint(text) for name, text in self.shown.items()}
        # What its writer has changed, to be handed to a service; and the labels of what somebody else has.
        self.edits: dict[str, Any] = {}
        self.kept: list[str] = []

    def _laid_out(self, name: str, value: Any) -> Any:
        return self.layouts[name](value) if name in self.layouts else value

    def is_multipart(self) -> bool:
        """Yes, for in the other encoding a character takes up to twelve bytes, and long notes would be refused."""
        return True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk:
            sent = cleaned.get("seen")
            seen: dict[str, Any] = sent if isinstance(sent, dict) else {}
            for name in self.guarded:
                if name in cleaned:
                    self._merge(name, cleaned[name], seen)
            self.data = {**dict(self.data.items()), self.add_prefix("seen"): json.dumps(seen)}
        else:
            self.edits = {name: cleaned[name] for name in self.guarded if name in cleaned}
        return cleaned

    def _merge(self, name: str, value: Any, seen: dict[str, Any]) -> None:
        sent, shown = as_sent(value), self.shown[name]
        changed_here = sent != shown and fingerprint(sent) != seen.get(name)
        changed_there = fingerprint(shown) != seen.get(name)
        if not changed_here:
            self.cleaned_data[name] = self.stored[name]
            if changed_there:
                self.kept.append(str(self[name].label))
        elif changed_there:
            self.add_error(name, self._conflict(shown))
            seen[name] = fingerprint(shown)  # the page that comes back shows it, so the next attempt is made knowing it
        else:
            self._accept(name, sent if name in self.rules else value)

    def _accept(self, name: str, value: Any) -> None:
        try:
            self.cleaned_data[name] = self.edits[name] = self.rules[name](value) if name in self.rules else value
        except ValidationError as error:
            self.add_error(name, error)

    def _conflict(self, shown: str) -> ValidationError:
        text = format_html(
            "Somebody else changed this while you had it open, and nothing was saved. It now reads: "
            '<q class="current">{}</q> Your own text is below: add what it should keep, and save again to replace '
            "what is there.",
            shown,
        )
        return ValidationError(text, code="conflict")


class ContactForm(MergingForm):
    rules = {"name": clean_name, "notes": clean_typed_notes}
    layouts = {"notes": readable_notes}

    name = forms.CharField(strip=False, max_length=None, widget=forms.TextInput(attrs={"class": "vTextField"}))
    notes = forms.CharField(
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"class": "long-text", "rows": 16}),
        help_text="Paige is told them in every interview of this contact, from her next question on. Plain text, or a "
        "JSON object.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = bool(self.stored["name"])


class InterviewRequestForm(MergingForm):
    rules = {"objective": clean_objective}

    objective = forms.CharField(
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"class": "long-text", "rows": 6}),
        help_text="The goal of this one interview. Paige is told it from her next question on.",
    )


class OrgForm(MergingForm):
    """The values of an org. A new one is live at once."""

    class Meta:
        labels = {"is_active": "Active"}
        help_texts = {"is_active": "Without the tick the org is suspended: none of its keys is accepted."}

    def changes_in_words(self) -> str:
        return " ".join(
            f"{capfirst(str(self[name].label))}: {self.shown[name] or 'none'} → {as_sent(value) or 'none'}."
            for name, value in self.edits.items()
        )


class GuideForm(forms.Form):
    """A guide as JSON; Guide.from_data judges it, and names the path of what is wrong."""

    guide = forms.CharField(
        strip=True,
        widget=forms.Textarea(attrs={"class": "long-text guide", "rows": 40, "spellcheck": "false"}),
        help_text="Topics are asked in this order, follow-ups of one topic too. A question has at most 45 words; "
        "{vendor} stands for the org's name. A core topic is asked however short the interview gets; an "
        "objective names a topic by its keywords.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_guide(self) -> dict[str, Any]:
        try:
            guide = strict_json.parse(self.cleaned_data["guide"].encode())
        except strict_json.JSONError as error:
            raise ValidationError(f"This is no JSON: {error}.") from None
        if not isinstance(guide, dict):
            raise ValidationError("A guide is an object: { … }.")
        return guide


class ApiKeyForm(forms.Form):
    name = forms.CharField(
        max_length=100,
        label="Name",
        help_text="What the key is for: the system or person that will use it.",
        widget=forms.TextInput(attrs={"class": "vTextField", "autofocus": True}),
    )
    expires_in = forms.IntegerField(
        min_value=1,
        max_value=MAX_LIFETIME_DAYS,
        required=False,
        label="Expires in",
        help_text="Days. Empty: never.",
        widget=forms.NumberInput(attrs={"class": "vIntegerField"}),
    )
