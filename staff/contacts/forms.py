from typing import Any

from django import forms

from contacts.text import clean_name, clean_typed_notes, readable_notes
from staff.edit_conflicts import EditForm


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
