from typing import Any

from django import forms

from contacts.text import clean_name, clean_typed_notes, readable_notes
from staff.contacts.imports import ENCODINGS, UTF_8
from staff.edit_conflicts import EditForm
from staff.orgs.org_choice import OrgField


class ContactForm(EditForm):
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
