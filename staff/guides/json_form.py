from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from hindsight.text import strict_json
from interviews.paige.guide.texts import QUOTE, VENDOR, FollowUpKind
from interviews.paige.language.lexicons import languages


class GuideJsonForm(forms.Form):
    """The service validates the guide."""

    guide = forms.CharField(
        strip=True,
        widget=forms.Textarea(attrs={"class": "long-text guide", "rows": 40, "spellcheck": "false"}),
        help_text="Topics are asked in this order. A question has a question mark. "
        f"{VENDOR} is replaced by the org's name, and {QUOTE}, in follow-ups, by words of "
        f"the contact. The kind of a follow-up is {', '.join(FollowUpKind)}. Core topics are asked even if few turns "
        "are left. Title, question and about, a sentence that says what contacts may tell there, decide which "
        "objectives and answers are about a topic. Rephrasing and reason are for contacts who ask what a question "
        "means or is for. They and about may be empty. The survey page and "
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
