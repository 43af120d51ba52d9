from django import forms
from django.utils.text import capfirst

from orgs.models.org import MAX_REASON_LENGTH
from staff.edit_conflicts import EditForm, as_sent


class OrgForm(EditForm):
    class Meta:
        labels = {
            "is_active": "Active",
            "privacy_url": "Privacy notice",
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


class SuspensionForm(forms.Form):
    reason = forms.CharField(
        max_length=MAX_REASON_LENGTH,
        label="Reason",
        help_text="Staff see it on the org's page, and in the security events. Enter no personal data.",
        widget=forms.TextInput(attrs={"class": "vTextField", "autofocus": True}),
    )
