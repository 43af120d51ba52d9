from collections.abc import Callable
from typing import Any

from allauth.core import context
from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.text import capfirst

from orgs.models.org import MAX_REASON_LENGTH
from staff.edit_conflicts import EditForm, as_sent
from staff.lists.date_ranges import DayInput
from webhooks.models import Endpoint
from webhooks.models.endpoint import MAX_URL_LENGTH
from webhooks.models.event import EVENT_TYPES
from webhooks.sending import Url, clean_url_in_time
from webhooks.services.endpoints import DEFAULT_GRACE, MAX_GRACE


class OrgForm(EditForm):
    class Meta:
        labels = {
            "is_active": "Active",
            "privacy_url": "Privacy notice",
            "imprint_url": "Imprint",
            "brand_color": "Colour",
            "survey_base_url": "Host of survey links",
            "names_subjects": "Paige may name subjects of the objective",
            "shares_corrections": "Corrected quotes may train the reader",
            "key_days": "API keys expire after",
            "audit_days": "Keep changes for",
            "transcript_days": "Delete answers after",
            "contact_days": "Erase contacts after",
        }
        help_texts = {
            "audit_days": "Days until entries of What changed are deleted. Empty: as the operator has set.",
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


class AccountManagersForm(forms.Form):
    managers = forms.ModelMultipleChoiceField(
        User.objects.filter(groups__name="account manager", is_active=True).order_by("username"),
        label="Account managers",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="They manage the plan, API keys and webhooks of this org, and see its interviews and transcripts. "
        "Logins with this role are listed.",
    )


class LogoForm(forms.Form):
    file = forms.FileField(
        label="Image",
        required=False,
        help_text="A PNG, JPEG or WebP of at most 100 KiB and 1,000 pixels a side. The survey page shows it on a white "
        "ground, up to 160 by 40 pixels, next to the org's name.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    remove = forms.BooleanField(label="Remove the logo", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and bool(cleaned["file"]) == cleaned["remove"]:
            self.add_error("file", "Choose an image, or tick Remove the logo.")
        return cleaned

    def store(self, set_logo: Callable[..., object]) -> bool:
        """Returns False if the image is not accepted: the error is in the form."""
        file = self.cleaned_data["file"]
        try:
            set_logo(content=file.read() if file else None)
        except ValidationError as error:
            self.add_error("file", error)
            return False
        return True


class SuspensionForm(forms.Form):
    reason = forms.CharField(
        max_length=MAX_REASON_LENGTH,
        label="Reason",
        help_text="Staff see it on the org's page, and in the security events. Enter no personal data.",
        widget=forms.TextInput(attrs={"class": "vTextField", "autofocus": True}),
    )


class EndpointForm(forms.Form):
    """Resolves the host name for the user: do not validate it in a transaction."""

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
        help_text="The endpoint gets only events that are ticked, so at least one has to be.",
        error_messages={"required": "Tick at least one event: the endpoint would get none."},
    )

    def clean_url(self) -> Url:
        return clean_url_in_time(self.cleaned_data["url"], caller=("user", context.request.user.pk))

    def store(self, service: Callable[..., Endpoint]) -> Endpoint | None:
        """None if the form or the service finds errors."""
        if self.errors:
            return None
        try:
            return service(**self.cleaned_data)
        except ValidationError as error:
            self.add_error(None, error.messages)
            return None


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


class ReplayForm(forms.Form):
    since = forms.DateField(
        label="Since",
        help_text="Sends again what was created on this day (UTC) or later, and failed or was cancelled.",
        widget=DayInput,
    )
