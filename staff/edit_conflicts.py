"""Forms that write only edited fields, and overwrite no concurrent change.

An EditForm contains a hash of each text that it showed. If the stored text has another hash when the form is
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

from hindsight.text import strict_json

# Django's class is generic only for type checkers.
if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
else:
    ModelForm = forms.ModelForm


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def as_sent(value: Any) -> str:
    """Browsers submit CRLF."""
    text = "" if value is None else str(value)
    return text.replace("\r\n", "\n").replace("\r", "\n")


class EditForm(ModelForm):
    # {field: fingerprint of the text that the form showed}, as JSON.
    seen = forms.JSONField(required=False, decoder=strict_json.Decoder, widget=forms.HiddenInput)

    # {field: function}: validates an edited text; formats a stored text for editing.
    rules: Mapping[str, Callable[[str], str]] = {}
    layouts: Mapping[str, Callable[[str], str]] = {}
    # Whether a form of an unsaved object looks for concurrent changes too: somebody else may have saved or removed it.
    compares_new = False
    # The reason why no edit is accepted. Empty if edits are accepted.
    closed = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guarded = [name for name in self.fields if name != "seen"]
        self.stored = {name: self.stored_value(name) for name in self.guarded}
        self.shown = {name: as_sent(self._laid_out(name, value)) for name, value in self.stored.items()}
        if self.instance.pk:
            self.initial.update({name: self.shown[name] for name in self.shown if name in self.layouts})
        self.initial["seen"] = {name: fingerprint(text) for name, text in self.shown.items()}
        # `kept`: labels of fields that somebody else has changed.
        self.edits: dict[str, Any] = {}
        self.kept: list[str] = []

    def stored_value(self, name: str) -> Any:
        return getattr(self.instance, name, None)

    def _laid_out(self, name: str, value: Any) -> Any:
        return self.layouts[name](value) if name in self.layouts else value

    def is_multipart(self) -> bool:
        """URL encoding takes up to 12 bytes a character, so long notes would exceed Django's limit."""
        return True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk or self.compares_new:
            sent = cleaned.get("seen")
            seen: dict[str, Any] = sent if isinstance(sent, dict) else {}
            for name in self.guarded:
                if name in cleaned:
                    self._compare(name, cleaned[name], seen)
            self.data = {**dict(self.data.items()), self.add_prefix("seen"): json.dumps(seen)}
        else:
            self.edits = {name: cleaned[name] for name in self.guarded if name in cleaned}
        return cleaned

    def _compare(self, name: str, value: Any, seen: dict[str, Any]) -> None:
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
            try:
                self.cleaned_data[name] = self.edits[name] = self.rules[name](sent) if name in self.rules else value
            except ValidationError as error:
                self.add_error(name, error)


def conflict_message(shown: str) -> SafeString:
    return format_html(
        "Somebody else changed this while you had it open, and nothing was saved. It now reads: "
        '<q class="current">{}</q> Your own text is below: add what it should keep, and save again to replace '
        "what is there.",
        shown,
    )
