from collections.abc import Callable

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from staff.lists.date_ranges import DayInput
from webhooks.models import Endpoint
from webhooks.models.endpoint import MAX_URL_LENGTH
from webhooks.models.event import EVENT_TYPES
from webhooks.sending import Url, clean_url_in_time
from webhooks.services.endpoints import DEFAULT_GRACE, MAX_GRACE


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
    )

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.POST or None)
        self.caller = ("user", request.user.pk)

    def clean_url(self) -> Url:
        return clean_url_in_time(self.cleaned_data["url"], caller=self.caller)

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
