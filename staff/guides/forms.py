"""Each text of a guide has a field, and each phrase a line.

Fields accept any text: interviews.paige.guide validates the document, as for the JSON view.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms

from hindsight.text.languages import language_name
from interviews.paige.guide.texts import MAX_FOLLOW_UPS, VENDOR, FollowUpKind
from interviews.paige.language import languages
from staff.guides.arrangement import MAX_TOPICS


class WarnedField(forms.BoundField):
    """Warnings do not stop a save. `beside`: the text that another guide has in this place."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.warnings: list[str] = []
        self.beside = ""

    @property
    def aria_describedby(self) -> str | None:
        ids = [super().aria_describedby, f"{self.auto_id}_warning" if self.warnings else ""]
        return " ".join(filter(None, ids)) or None


def field(label: str, help_text: str = "", *, rows: int = 0, widget: forms.Widget | None = None) -> forms.CharField:
    widget = widget or (forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput())
    return forms.CharField(required=False, label=label, help_text=help_text, widget=widget)


class GuidePart(forms.Form):
    """`has_focus`: whether the focus is on the menu of this part. `translated`: texts in the guide's language."""

    bound_field_class = WarnedField
    heading = "name"
    numbers: tuple[str, ...] = ()
    translated: tuple[str, ...] = ()
    has_focus = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "label_suffix": ""})

    def focus(self) -> None:
        if self.line(self.heading):
            self.has_focus = True
        else:
            self.fields[self.heading].widget.attrs["autofocus"] = True

    def part(self) -> dict[str, Any]:
        """It may be invalid."""
        return {name: self.number(name) if name in self.numbers else self.line(name) for name in self.fields}

    def show_beside(self, other: Mapping[str, Any]) -> None:
        for name in self.translated:
            self[name].beside = other.get(name, "")  # type: ignore[attr-defined]

    def line(self, name: str) -> str:
        return " ".join(self._text(name).splitlines())

    def lines(self, name: str) -> list[str]:
        return [line.strip() for line in self._text(name).splitlines() if line.strip()]

    def number(self, name: str) -> int | str:
        """Returns the text if it is not a number, so that the guide refuses it."""
        text = self.line(name)
        return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else text

    def _text(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "") if self.is_bound and not self.errors.get(name) else ""


class FollowUpForm(GuidePart):
    heading = "text"
    translated = ("text",)

    kind = field("Kind", widget=forms.Select(choices=[(kind.value, kind.value.capitalize()) for kind in FollowUpKind]))
    text = field("Question", rows=2)


FollowUpFormSet = forms.formset_factory(FollowUpForm, extra=0, max_num=MAX_FOLLOW_UPS, absolute_max=MAX_FOLLOW_UPS)


def without_empty_fields(topic: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in topic.items() if value or name not in ("siblings", "bridge", "about")}


class TopicForm(GuidePart):
    heading = "title"
    translated = ("title", "question", "rephrasing", "reason", "bridge", "about")
    is_open = False
    preview = ""

    title = field("Title", help_text="Staff and customers see it.")
    question = field("Question", rows=2)
    rephrasing = field("Rephrasing", rows=2, help_text="For contacts who ask what the question means.")
    reason = field("Reason", rows=2, help_text="For contacts who ask what the question is for.")
    bridge = field("Bridge", help_text="Announces the topic after follow-ups on another one: “Now to the price.”")
    about = field(
        "About",
        rows=2,
        help_text="What contacts may tell here, in one sentence. Contacts do not see it. Title, question and this "
        "sentence decide which objectives and answers are about the topic.",
    )
    core = forms.BooleanField(required=False, label="Core: asked even if few turns are left")
    key = field("API name", help_text="Also in picks. If empty, it is made from the title.")
    siblings = field(
        "Same topics",
        rows=2,
        help_text="API names of topics that ask for the same in other words, one a line. "
        "Contacts who say that they have answered one are not asked the other.",
    )

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        self.follow_ups = FollowUpFormSet(data, prefix=f"{self.prefix}-follow_ups")

    def part(self) -> dict[str, Any]:
        texts = super().part()
        part = {**texts, "core": bool(self.cleaned_data.get("core")), "siblings": self.lines("siblings")}
        return {**without_empty_fields(part), "follow_ups": [follow_up.part() for follow_up in self.follow_ups]}

    @property
    def main(self) -> Iterator[forms.BoundField]:
        return (self[name] for name in (*self.translated, "core"))

    @property
    def more(self) -> Iterator[forms.BoundField]:
        """The fields that are seldom edited."""
        return (self[name] for name in ("key", "siblings"))


TopicFormSet = forms.formset_factory(TopicForm, extra=0, max_num=MAX_TOPICS, absolute_max=MAX_TOPICS)


class GuideFields(GuidePart):
    numbers = ("version", "estimated_minutes", "max_turns")
    translated = ("name", "purpose", "closing_question")

    name = field("Name")
    language = field(
        "Language",
        "Of the survey page and of Paige's fixed phrases. The questions are yours: write them in this language.",
        widget=forms.Select(choices=[(code, language_name(code)) for code in languages()]),
    )
    purpose = field("Purpose", rows=2, help_text=f"Contacts read it before they consent. {VENDOR} is the org's name.")
    estimated_minutes = field(
        "Estimated minutes", "Contacts read how long the interview takes.", widget=forms.NumberInput(attrs={"min": 1})
    )
    max_turns = field(
        "Max turns",
        "How many questions Paige asks at most, with follow-ups.",
        widget=forms.NumberInput(attrs={"min": 1}),
    )
    closing_question = field("Closing question", rows=2)
    version = forms.CharField(required=False, widget=forms.HiddenInput)
