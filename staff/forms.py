"""Forms that write only edited fields, and overwrite no concurrent change.

A MergingForm contains a hash of each text that it showed. If the stored text has another hash when the form is
submitted, staff or the API have changed the field in between (optimistic locking for each field).
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from contacts.text import clean_name, clean_typed_notes, readable_notes
from hindsight.text import strict_json
from interviews.models import InterviewRequest
from interviews.paige.guide.texts import QUOTE, VENDOR, Kind
from interviews.paige.language.fixed_phrases import languages
from interviews.paige.objective.picks import picks_text
from interviews.text import clean_objective
from orgs.models.org import MAX_REASON_LENGTH
from orgs.scopes import Scopes
from orgs.services import DEFAULT_GRACE as DEFAULT_KEY_GRACE
from orgs.services import MAX_GRACE as MAX_KEY_GRACE
from orgs.services import MAX_LIFETIME_DAYS
from staff.imports import ENCODINGS, UTF_8
from staff.org_field import OrgField
from staff.picks import PicksWidget
from staff.steering import stored_steering
from webhooks.event_types import EVENT_TYPES
from webhooks.models.endpoint import MAX_URL_LENGTH
from webhooks.outbound import Url, clean_url
from webhooks.services.endpoints import DEFAULT_GRACE, MAX_GRACE

# Django's class is generic only for type checkers.
if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
else:
    ModelForm = forms.ModelForm


COMPLETED = "The interview is completed, so its objective and picked topics can no longer be changed here."


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def as_sent(value: Any) -> str:
    """Browsers submit CRLF."""
    text = "" if value is None else str(value)
    return text.replace("\r\n", "\n").replace("\r", "\n")


class MergingForm(ModelForm):
    # {field: fingerprint of the text that the form showed}, as JSON.
    seen = forms.JSONField(required=False, widget=forms.HiddenInput)

    # {field: function}: validates an edited text; formats a stored text for editing.
    rules: Mapping[str, Callable[[str], str]] = {}
    layouts: Mapping[str, Callable[[str], str]] = {}
    # The reason why no edit is accepted. Empty if edits are accepted.
    closed = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guarded = [name for name in self.fields if name != "seen"]
        self.stored = {name: getattr(self.instance, name) for name in self.guarded}
        self.shown = {name: as_sent(self._laid_out(name, value)) for name, value in self.stored.items()}
        self.initial.update({name: self.shown[name] for name in self.layouts if self.instance.pk})
        self.initial["seen"] = {name: fingerprint(text) for name, text in self.shown.items()}
        # Edited values, and labels of fields that somebody else has changed.
        self.edits: dict[str, Any] = {}
        self.kept: list[str] = []

    def _laid_out(self, name: str, value: Any) -> Any:
        return self.layouts[name](value) if name in self.layouts else value

    def is_multipart(self) -> bool:
        """URL encoding takes up to 12 bytes a character, so long notes would exceed Django's limit."""
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
        elif self.closed:
            self.add_error(name, f"{self.closed} Nothing was saved. Your text is still in the field.")
        elif changed_there:
            self.add_error(name, ValidationError(conflict_message(shown), code="conflict"))
            seen[name] = fingerprint(shown)  # the error shows the stored text
        else:
            self._accept(name, sent if name in self.rules else value)

    def _accept(self, name: str, value: Any) -> None:
        try:
            self.cleaned_data[name] = self.edits[name] = self.rules[name](value) if name in self.rules else value
        except ValidationError as error:
            self.add_error(name, error)


def conflict_message(shown: str) -> SafeString:
    return format_html(
        "Somebody else changed this while you had it open, and nothing was saved. It now reads: "
        '<q class="current">{}</q> Your own text is below: add what it should keep, and save again to replace '
        "what is there.",
        shown,
    )


class ContactForm(MergingForm):
    rules = {"name": clean_name, "notes": clean_typed_notes}
    layouts = {"notes": readable_notes}

    name = forms.CharField(strip=False, max_length=None, widget=forms.TextInput(attrs={"class": "vTextField"}))
    notes = forms.CharField(
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"class": "long-text", "rows": 16}),
        help_text="Paige uses them in every interview of this contact, from her next question on. Plain text, or a "
        "JSON object.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = bool(self.stored["name"])


def why_closed(interview_request: InterviewRequest) -> str:
    return COMPLETED if interview_request.is_completed else ""


class InterviewRequestForm(MergingForm):
    class Meta:
        help_texts = {"archived_at": "The list leaves archived ones out. Customers do not see it."}

    rules = {"objective": clean_objective}

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


class OrgForm(MergingForm):
    class Meta:
        labels = {
            "is_active": "Active",
            "privacy_url": "Privacy notice",
            "key_days": "API keys expire after",
            "audit_days": "Keep the audit for",
            "transcript_days": "Delete answers after",
            "contact_days": "Erase contacts after",
        }

    def changes_in_words(self) -> str:
        return " ".join(
            f"{capfirst(str(self[name].label))}: {self.shown[name] or 'none'} → {as_sent(value) or 'none'}."
            for name, value in self.edits.items()
        )

    def changes_without_names(self) -> str:
        return " ".join(
            f"{name}." if name == "name" else f"{name}: {self.stored[name]} → {value}."
            for name, value in self.edits.items()
        )


class GuideJsonForm(forms.Form):
    """The service validates the guide."""

    guide = forms.CharField(
        strip=True,
        widget=forms.Textarea(attrs={"class": "long-text guide", "rows": 40, "spellcheck": "false"}),
        help_text="Topics are asked in this order. A question has a question mark. "
        f"{VENDOR} is replaced by the org's name, and {QUOTE}, in follow-ups, by words of "
        f"the contact. The kind of a follow-up is {', '.join(Kind)}. Core topics are asked even if few turns are "
        "left. An objective that contains one of a topic's phrases brings that topic forward. Rephrasing and reason "
        "are for contacts who ask what a question means or is for, and may be empty. The survey page and "
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


class SuspensionForm(forms.Form):
    reason = forms.CharField(
        max_length=MAX_REASON_LENGTH,
        label="Reason",
        help_text="Staff see it on the org's page, and in the security events. Enter no personal data.",
        widget=forms.TextInput(attrs={"class": "vTextField", "autofocus": True}),
    )


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
        help_text="Days. Empty, or more than the org allows: as the org allows.",
        widget=forms.NumberInput(attrs={"class": "vIntegerField"}),
    )
    scopes = forms.ChoiceField(choices=Scopes.choices, required=False, initial=Scopes.READ_WRITE)


class KeyRotationForm(forms.Form):
    grace_days = forms.IntegerField(
        min_value=0,
        max_value=MAX_KEY_GRACE.days,
        initial=DEFAULT_KEY_GRACE.days,
        label="The old key works for",
        help_text="Days. Until then, both keys work, and the customer can change the key at any time. 0 after a leak.",
        widget=forms.NumberInput(attrs={"class": "vIntegerField", "autofocus": True}),
    )


class EndpointForm(forms.Form):
    """Resolves the host name: do not validate it in a transaction."""

    url = forms.CharField(
        max_length=MAX_URL_LENGTH,
        label="URL",
        help_text="https://…; where the customer receives the events. All addresses of its host must be public.",
        widget=forms.TextInput(attrs={"class": "vTextField", "autofocus": True}),
    )
    event_types = forms.MultipleChoiceField(
        choices=[(name, f"{name}: {text}".replace("`", "")) for name, text in EVENT_TYPES.items()],
        widget=forms.CheckboxSelectMultiple,
        initial=[*EVENT_TYPES],
        label="Events",
    )

    def clean_url(self) -> Url:
        return clean_url(self.cleaned_data["url"])


class RotationForm(forms.Form):
    grace_days = forms.IntegerField(
        min_value=0,
        max_value=MAX_GRACE.days,
        initial=DEFAULT_GRACE.days,
        label="The old secret signs for",
        help_text="Days. Until then, webhooks have two signatures, and the customer can change the secret at any time. "
        "0 after a leak.",
        widget=forms.NumberInput(attrs={"class": "vIntegerField"}),
    )


class DayInput(forms.DateInput):
    input_type = "date"


class ReplayForm(forms.Form):
    since = forms.DateField(
        label="Since",
        help_text="Sends again what was created on this day (UTC) or later, and failed or was cancelled.",
        widget=DayInput,
    )


class ImportForm(forms.Form):
    org = OrgField(help_text="The name or the slug of the org whose contacts these are.")
    file = forms.FileField(label="CSV file", widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}))
    encoding = forms.ChoiceField(
        choices=[*ENCODINGS.items()],
        initial=UTF_8,
        help_text="Excel's “CSV UTF-8” is UTF-8. Its “CSV” is Windows-1252 in Western Europe and America. Choose it, "
        "too, if the dry run rejects rows that are not valid UTF-8.",
    )
    size = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
