from django import forms
from django.utils.text import capfirst

from orgs.models import Scopes
from orgs.models.org import MAX_REASON_LENGTH
from orgs.services import DEFAULT_GRACE as DEFAULT_KEY_GRACE
from orgs.services import MAX_GRACE as MAX_KEY_GRACE
from orgs.services import MAX_LIFETIME_DAYS
from staff.merging_form import MergingForm, as_sent
from webhooks.models.endpoint import MAX_URL_LENGTH
from webhooks.models.event import EVENT_TYPES
from webhooks.outbound import Url, clean_url
from webhooks.services.endpoints import DEFAULT_GRACE, MAX_GRACE


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
