"""Each text of a guide has a field, and each phrase a line.

Fields accept any text: interviews.paige.guide validates the document, as for the JSON view.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import get_language_info

from hindsight.text.languages import ENGLISH
from interviews.paige.guide.question_style import guide_warnings
from interviews.paige.guide.rules import GuideError, GuidePath, Remark, in_words
from interviews.paige.guide.texts import CLOSING, MAX_FOLLOW_UPS, VENDOR, FollowUpKind
from interviews.paige.language.lexicons import languages
from interviews.services.languages import written_in
from staff.guides.arrangement import MAX_TOPICS, arranged

STORED_NOW = (
    'Somebody else has saved this guide, and your edit was not saved. Stored now: <q class="current">{}</q> '
    "Save again to replace it with what the field contains."
)
FORMSETS = ("topics", "follow_ups")


def language_name(code: str) -> str:
    try:
        return str(get_language_info(code)["name"])
    except KeyError:
        return code


class WarnedField(forms.BoundField):
    """Warnings do not stop a save."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.warnings: list[str] = []

    @property
    def aria_describedby(self) -> str | None:
        ids = [super().aria_describedby, f"{self.auto_id}_warning" if self.warnings else ""]
        return " ".join(filter(None, ids)) or None


def text_field(label: str, *, rows: int = 0, help_text: str = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(required=False, label=label, help_text=help_text, widget=widget)


def number_field(label: str, help_text: str) -> forms.CharField:
    widget = forms.NumberInput(attrs={"min": 1})
    return forms.CharField(required=False, label=label, help_text=help_text, widget=widget)


def choice_field(label: str, choices: Iterable[tuple[str, str]], help_text: str = "") -> forms.CharField:
    widget = forms.Select(choices=[*choices])
    return forms.CharField(required=False, label=label, help_text=help_text, widget=widget)


class GuidePart(forms.Form):
    """`has_focus`: whether the focus is on the buttons that move this part."""

    bound_field_class = WarnedField
    heading = "name"
    has_focus = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "label_suffix": ""})

    def focus(self) -> None:
        if self.line(self.heading):
            self.has_focus = True
        else:
            self.fields[self.heading].widget.attrs["autofocus"] = True

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

    kind = choice_field("Kind", [(kind.value, kind.value.capitalize()) for kind in FollowUpKind])
    text = text_field("Question", rows=2)

    def part(self) -> dict[str, Any]:
        return {"kind": self.line("kind"), "text": self.line("text")}


FollowUpFormSet = forms.formset_factory(FollowUpForm, extra=0, max_num=MAX_FOLLOW_UPS, absolute_max=MAX_FOLLOW_UPS)


class TopicForm(GuidePart):
    heading = "title"
    is_open = False

    title = text_field("Title", help_text="Staff and customers see it.")
    about = text_field(
        "About",
        rows=2,
        help_text="What contacts may tell here, in one sentence. Contacts do not see it. Title, question and this "
        "sentence decide which objectives and answers are about the topic.",
    )
    bridge = text_field("Bridge", help_text="Announces the topic after follow-ups on another one: “Now to the price.”")
    question = text_field("Question", rows=2)
    rephrasing = text_field("Rephrasing", rows=2, help_text="For contacts who ask what the question means.")
    reason = text_field("Reason", rows=2, help_text="For contacts who ask what the question is for.")
    core = forms.BooleanField(required=False, label="Core: asked even if few turns are left")
    key = text_field("Key", help_text="The topic's name in the API and in picks. If empty, it is made from the title.")
    siblings = text_field(
        "Siblings",
        rows=2,
        help_text="Keys of topics that ask for the same in other words, one a line. "
        "Who says that they have answered one is not asked the other.",
    )

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        self.follow_ups = FollowUpFormSet(data, prefix=f"{self.prefix}-follow_ups")

    def part(self) -> dict[str, Any]:
        return {
            "key": self.line("key"),
            "title": self.line("title"),
            "core": bool(self.cleaned_data.get("core")),
            **({"siblings": siblings} if (siblings := self.lines("siblings")) else {}),
            **{name: line for name in ("bridge", "about") if (line := self.line(name))},
            **{name: self.line(name) for name in ("question", "rephrasing", "reason")},
            "follow_ups": [follow_up.part() for follow_up in self.follow_ups],
        }

    @property
    def more(self) -> Iterator[forms.BoundField]:
        """The fields that are seldom edited."""
        return (self[name] for name in ("key", "siblings"))


TopicFormSet = forms.formset_factory(TopicForm, extra=0, max_num=MAX_TOPICS, absolute_max=MAX_TOPICS)


class GuideFields(GuidePart):
    name = text_field("Name")
    language = choice_field(
        "Language",
        [(code, language_name(code)) for code in languages()],
        "Of the survey page and of Paige's fixed phrases. The questions are yours: write them in this language.",
    )
    purpose = text_field(
        "Purpose", rows=2, help_text=f"Contacts read it before they consent. {VENDOR} is the org's name."
    )
    estimated_minutes = number_field("Estimated minutes", "Contacts read how long the interview takes.")
    max_turns = number_field("Max turns", "How many questions Paige asks at most, with follow-ups.")
    closing_question = text_field("Closing question", rows=2)
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def part(self) -> dict[str, Any]:
        numbers = {name: self.number(name) for name in ("version", "estimated_minutes", "max_turns")}
        texts = {name: self.line(name) for name in ("name", "language", "purpose", "closing_question")}
        return {**texts, **numbers}


def language_warnings(guide: Mapping[str, Any]) -> Iterator[Remark]:
    questions = [str(topic["question"]) for topic in guide["topics"]]
    written = written_in(questions, guide["language"])
    if written != guide["language"]:
        names = language_name(written), language_name(guide["language"])
        text = "The questions seem to be {}. Until they are translated, contacts are not offered this guide as {}."
        yield Remark(("language",), text.format(*names))


class Link(NamedTuple):
    """`other`: the anchor of a second place, or empty."""

    anchor: str
    text: str
    other: str = ""


class GuideEditor:
    """`problems` and `warnings` link to the fields that have them too. `warn()` adds the warnings."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.form = GuideFields(data)
        self.topics = TopicFormSet(data, prefix="topics")
        self.problems: list[Link] = []
        self.warnings: list[Link] = []
        bound = (cast("Iterable[WarnedField]", form) for form in self._forms())
        self.fields = {field.html_name: field for form in bound for field in form}

    @classmethod
    def of(cls, guide: Mapping[str, Any]) -> "GuideEditor":
        return cls(dict(_posted({"language": ENGLISH, **guide})))

    @property
    def guide(self) -> dict[str, Any]:
        """It may be invalid."""
        return {**self.form.part(), "topics": [topic.part() for topic in self.topics]}

    def refuse(self, problems: Iterable[Remark]) -> None:
        for problem in problems:
            self._blame(problem.path, problem.message)
            other = self._anchor(problem.other) if problem.other else ""
            if problem.other:
                self._blame(problem.other, f"Used again: {in_words(problem.path)}.")
            self.problems.append(Link(self._anchor(problem.path), problem.in_words, other))

    def refuse_error(self, error: GuideError | ValidationError) -> None:
        """A ValidationError is about the name."""
        if isinstance(error, GuideError):
            self.refuse(error.problems)
        else:
            self.refuse(Remark(("name",), message) for message in error.messages)

    def show_conflicts(self, conflicts: Iterable[tuple[GuidePath, Any]]) -> None:
        """Adds an error with the stored text to each field that differs from a version that somebody else has saved."""
        for path, theirs in conflicts:
            shown = "nothing" if theirs is None else _readable(theirs)
            self._blame(path, format_html(STORED_NOW, shown))
            self.problems.append(Link(self._anchor(path), f"{in_words(path)}: The stored guide differs."))

    def warn(self) -> None:
        for warning in (*guide_warnings(self.guide), *language_warnings(self.guide)):
            field = self._field_at(warning.path)
            if field is not None:
                field.warnings.append(warning.message)
                self.warnings.append(Link(field.auto_id, warning.in_words))

    def pressed(self, button: str) -> "GuideEditor":
        """The form after one of its buttons, other than those that save."""
        guide, place = arranged(self.guide, button)
        editor = GuideEditor.of(guide)
        editor.focus(place)
        return editor

    def focus(self, place: GuidePath) -> None:
        match place:
            case ("topics", int(topic), "follow_ups", int(follow_up)):
                self.topics[topic].is_open = True
                self.topics[topic].follow_ups[follow_up].focus()
            case ("topics", int(topic), *_):
                self.topics[topic].is_open = True
                self.topics[topic].focus()

    def _forms(self) -> Iterator[GuidePart]:
        yield self.form
        for topic in self.topics:
            yield topic
            yield from topic.follow_ups

    def _field_at(self, path: GuidePath) -> WarnedField | None:
        """The lines of a text area have one field."""
        names = ("-".join(map(str, path[:length])) for length in range(len(path), 0, -1))
        return next((self.fields[name] for name in names if name in self.fields), None)

    def _anchor(self, path: GuidePath) -> str:
        field = self._field_at(path)
        return field.auto_id if field else "-".join(map(str, path)) or "guide_form"

    def _blame(self, path: GuidePath, message: str) -> None:
        if len(path) > 1 and path[0] == "topics":
            self.topics[int(path[1])].is_open = True
        if field := self._field_at(path):
            field.form.add_error(field.name, message)
        elif path[:1] != ("topics",):
            self.form.add_error(None, message)
        elif len(path) == 1:
            self.topics.non_form_errors().append(message)
        elif len(path) == 2:
            self.topics[int(path[1])].add_error(None, message)
        else:
            self.topics[int(path[1])].follow_ups.non_form_errors().append(message)


def _readable(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(map(_readable, value))
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {_readable(item)}" for name, item in value.items())
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _posted(value: Any, path: GuidePath = ()) -> Iterator[tuple[str, str]]:
    name = "-".join(map(str, path))
    if path and path[-1] in FORMSETS:
        yield f"{name}-TOTAL_FORMS", str(len(value))
        yield f"{name}-INITIAL_FORMS", "0"
        for index, item in enumerate(value):
            yield from _posted(item, (*path, index))
    elif isinstance(value, Mapping):
        for step, item in value.items():
            yield from _posted(item, (*path, step))
    elif isinstance(value, list):
        yield name, "\n".join(value)
    elif value is not False:
        yield name, str(value)


def with_keys(guide: dict[str, Any]) -> dict[str, Any]:
    """Makes the keys of new topics from their titles."""
    taken = {topic["key"] for topic in guide["topics"]}
    topics = []
    for topic in guide["topics"]:
        key = topic["key"] or _free_key(topic["title"], taken)
        taken.add(key)
        topics.append({**topic, "key": key})
    return {**guide, "topics": topics}


def _free_key(title: str, taken: set[str]) -> str:
    words = re.sub(r"^[^a-z]+", "", slugify(title).replace("-", "_"))[:36].strip("_") or "topic"
    numbered = (f"{words}_{number}" for number in range(2, MAX_TOPICS + 2))
    return next(key for key in (words, *numbered) if key not in {*taken, CLOSING})
