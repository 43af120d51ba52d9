"""The form of a guide with its problems and warnings, and how it differs from the stored guide."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.text import slugify

from hindsight.text.languages import ENGLISH, language_name
from interviews.paige.guide.question_style import guide_warnings
from interviews.paige.guide.rules import GuideError, GuidePath, Remark, in_current_format, in_words
from interviews.paige.guide.texts import CLOSING, VENDOR
from interviews.paige.language import written_in
from staff.guides.arrangement import MAX_TOPICS, arranged
from staff.guides.forms import GuideFields, TopicFormSet, WarnedField, without_empty_fields

STORED_NOW = (
    'Somebody else has saved this text, and your edit was not saved. Stored now: <q class="current">{}</q> '
    "Save again to replace it with what the field contains."
)


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
        forms = (self.form, *(form for topic in self.topics for form in (topic, *topic.follow_ups)))
        self.fields = {field.html_name: field for form in forms for field in cast("Iterable[WarnedField]", form)}

    @classmethod
    def of(cls, guide: Mapping[str, Any]) -> "GuideEditor":
        return cls(dict(_posted({"language": ENGLISH, **guide})))

    @property
    def guide(self) -> dict[str, Any]:
        """It may be invalid."""
        return {**self.form.part(), "topics": [topic.part() for topic in self.topics]}

    @property
    def is_at_a_topic(self) -> bool:
        return any(topic.is_open for topic in self.topics)

    def refuse(self, error: GuideError | ValidationError) -> None:
        """A ValidationError is about the name."""
        if isinstance(error, ValidationError):
            error = GuideError(Remark(("name",), message) for message in error.messages)
        for problem in error.problems:
            self._blame(problem.path, problem.message)
            other = self._anchor(problem.other) if problem.other else ""
            if problem.other:
                self._blame(problem.other, f"Used again: {in_words(problem.path)}.")
            self.problems.append(Link(self._anchor(problem.path), problem.in_words, other))

    def has_wrong_characters(self) -> bool:
        """Such as NUL. `guide` lacks a text that has one."""
        wrong = [field for field in self.fields.values() if field.errors]
        self.problems += [Link(field.auto_id, f"{field.label}: {field.errors[0]}") for field in wrong]
        return bool(wrong)

    def show_beside(self, other: Mapping[str, Any]) -> None:
        """Topics correspond by their keys, follow-ups by their places."""
        topics = {topic["key"]: topic for topic in in_current_format(other)["topics"]}
        self.form.show_beside(other)
        for form in self.topics:
            topic = topics.get(form.line("key"), {"follow_ups": ()})
            form.show_beside(topic)
            for follow_up, its in zip(form.follow_ups, topic["follow_ups"], strict=False):
                follow_up.show_beside(its)

    def preview(self, vendor: str) -> None:
        for topic in self.topics:
            topic.preview = topic.line("question").replace(VENDOR, vendor)

    def show_conflicts(self, conflicts: Iterable[tuple[GuidePath, Any]]) -> None:
        """Adds an error with the stored text to each field that differs from a version that somebody else has saved."""
        for path, theirs in conflicts:
            shown = "nothing" if theirs is None else _readable(theirs)
            self._blame(path, format_html(STORED_NOW, shown))
            self.problems.append(Link(self._anchor(path), f"{in_words(path)}: The stored text differs."))

    def warn(self) -> None:
        for warning in (*guide_warnings(self.guide), *language_warnings(self.guide)):
            field = self._field_at(warning.path)
            if field is not None:
                field.warnings.append(warning.message)
                self.warnings.append(Link(field.auto_id, warning.in_words))

    def pressed(self, button: str) -> "GuideEditor":
        """The form after one of its buttons, other than those that save. What the button changed has the focus."""
        guide, place = arranged(self.guide, button)
        editor = GuideEditor.of(guide)
        match place:
            case ("topics", int(topic), *rest):
                form = editor.topics[topic]
                form.is_open = True
                part = form.follow_ups[int(rest[1])] if len(rest) == 2 else form
                part.focus()
        return editor

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


def language_warnings(guide: Mapping[str, Any]) -> Iterator[Remark]:
    questions = [str(topic["question"]) for topic in guide["topics"]]
    written = written_in(questions, guide["language"])
    if written != guide["language"]:
        names = language_name(written), language_name(guide["language"])
        yield Remark(("language",), "The questions are {}. Translate them to {} before you publish.".format(*names))
        return
    for index, topic in enumerate(guide["topics"]):
        texts = [topic["question"], *(follow_up["text"] for follow_up in topic["follow_ups"])]
        if (written := written_in(texts, guide["language"])) != guide["language"]:
            yield Remark(("topics", index, "question"), f"The texts of this topic seem to be {language_name(written)}.")


def _readable(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(map(_readable, value))
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {_readable(item)}" for name, item in value.items())
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _posted(value: Any, path: GuidePath = ()) -> Iterator[tuple[str, str]]:
    name = "-".join(map(str, path))
    if path and path[-1] in ("topics", "follow_ups"):
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


def canonical(guide: Mapping[str, Any]) -> dict[str, Any]:
    current = in_current_format(guide)
    return {"language": ENGLISH, **current, "topics": [*map(without_empty_fields, current["topics"])]}


def differences(mine: Any, theirs: Any, path: GuidePath = ()) -> Iterator[tuple[GuidePath, Any]]:
    """Yields paths, with the value of `theirs`, or None if it has none."""
    if mine == theirs:
        return
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for name in {**mine, **theirs}:
            yield from differences(mine.get(name), theirs.get(name), (*path, name))
    elif _have_equal_parts(mine, theirs):
        for index, pair in enumerate(zip(mine, theirs, strict=True)):
            yield from differences(*pair, (*path, index))
    else:
        yield path, theirs


def _have_equal_parts(mine: Any, theirs: Any) -> bool:
    if not (isinstance(mine, list) and isinstance(theirs, list)):
        return False
    keys = [[each.get("key") if isinstance(each, dict) else each for each in parts] for parts in (mine, theirs)]
    return keys[0] == keys[1]
