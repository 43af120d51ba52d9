from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst

from orgs.models.org import MAX_REASON_LENGTH
from staff.edit_conflicts import EditForm, as_sent


class OrgForm(EditForm):
    class Meta:
        labels = {
            "is_active": "Active",
            "privacy_url": "Privacy notice",
            "imprint_url": "Imprint",
            "brand_color": "Colour",
            "survey_base_url": "Host of survey links",
            "names_subjects": "Paige may name subjects",
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
