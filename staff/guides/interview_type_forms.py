from typing import Any

from django import forms

from hindsight.text.languages import ENGLISH
from interviews.paige.guide.guide import shipped_guide, shipped_guides
from interviews.paige.language.lexicons import languages
from staff.guides.arrangement import new_topic
from staff.guides.forms import language_name
from staff.orgs.org_choice import OrgField

BLANK = "blank"
NUMBERS_OF_A_BLANK_GUIDE = {"version": 1, "estimated_minutes": 15, "max_turns": 14}


def starts() -> list[tuple[str, str]]:
    guides = {name: shipped_guide(name) for name in shipped_guides()}
    named = [
        (name, f"{guide['name']} ({language_name(guide.get('language', ENGLISH))})") for name, guide in guides.items()
    ]
    return [*named, (BLANK, "Blank: no questions")]


class StartForm(forms.Form):
    org = OrgField(help_text="Its name or slug.")
    start = forms.ChoiceField(label="Start with", choices=starts)
    language = forms.ChoiceField(
        required=False,
        choices=lambda: [("", "As in the guide"), *((code, language_name(code)) for code in languages())],
        help_text="Of the survey page and of Paige's fixed phrases. Questions are not translated.",
    )

    def guide(self) -> dict[str, Any]:
        start, language = self.cleaned_data["start"], self.cleaned_data["language"]
        if start == BLANK:
            texts = dict.fromkeys(("name", "purpose", "closing_question"), "")
            return {**texts, **NUMBERS_OF_A_BLANK_GUIDE, "language": language or ENGLISH, "topics": [new_topic()]}
        guide = shipped_guide(start)
        return {**guide, "language": language or guide.get("language", ENGLISH)}


class DuplicateForm(forms.Form):
    org = OrgField(help_text="Its name or slug.")
    name = forms.CharField(widget=forms.TextInput(attrs={"class": "vTextField", "autofocus": True}))
