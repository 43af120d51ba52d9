import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms

from contacts.text import clean_typed_notes, readable_notes
from interviews.paige.guide.guide import Topic
from interviews.paige.objective import NO_SUBJECT, Picks, picks_in, picks_text, subjects_in, subjects_text
from interviews.services.steering_by_staff import check_subjects
from interviews.text import clean_objective
from staff.edit_conflicts import EditForm, as_sent
from staff.interviews.steering import stored_steering

COMPLETED = "The interview is completed, so its objective, picked topics and subjects can no longer be changed here."
AVOID = "avoid"
NO_TOPIC = "0"
"""The name of the box for "no topic". No key of a topic begins with a digit."""
ORDINALS = ("First", "Second", "Third")


class RuledField(forms.CharField):
    """`rule` cleans a text that is not empty, and may raise ValidationError."""

    def __init__(self, rule: Callable[[str], str], **options: Any) -> None:
        super().__init__(**options)
        self.rule = rule

    def clean(self, value: Any) -> str:
        text = as_sent(super().clean(value))
        return self.rule(text) if text else ""


def long_text(
    rows: int, help_text: str = "", *, label: str | None = None, rule: Callable[[str], str] = str, **attrs: Any
) -> RuledField:
    widget = forms.Textarea(attrs={"class": "vLargeTextField", "rows": rows, **attrs})
    return RuledField(rule, strip=False, required=False, label=label, help_text=help_text, widget=widget)


class PicksWidget(forms.Widget):
    """One select for each topic. Its value is the text of paige/objective.py."""

    template_name = "staff/interviews/picks.html"
    use_fieldset = True

    def __init__(self) -> None:
        super().__init__()
        self.topics: Sequence[Topic] = ()
        self.is_open = False

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        picks = picks_in(value or "") or Picks()
        places = {key: str(place) for place, key in enumerate(picks.emphasize, start=1)}
        ordinals = [*ORDINALS, *(f"{number}th" for number in range(len(ORDINALS) + 1, len(places) + 1))]
        chosen = {**dict.fromkeys(picks.avoid, AVOID), **places}
        context["widget"] |= {
            "rows": [(topic.title, f"{name}-{topic.key}", chosen.get(topic.key, "")) for topic in self.topics],
            "ranks": [(str(number), ordinal) for number, ordinal in enumerate(ordinals, start=1)],
            "no_topic": f"{name}-{NO_TOPIC}",
            "has_no_topic": bool(value) and picks == Picks(),
            "is_open": self.is_open,
        }
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str:
        return picks_in_form(data, name, self.topics)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not any(f"{name}-{topic.key}" in data for topic in self.topics)


def picks_in_form(data: Mapping[str, Any], name: str, topics: Iterable[Topic]) -> str:
    chosen = {topic.key: str(data.get(f"{name}-{topic.key}", "")) for topic in topics}
    places = {key: int(choice) for key, choice in chosen.items() if re.fullmatch("[0-9]{1,3}", choice)}
    avoid = tuple(key for key, choice in chosen.items() if choice == AVOID)
    if not places and not avoid and f"{name}-{NO_TOPIC}" not in data:
        return picks_text(None)
    return picks_text(Picks(tuple(sorted(places, key=places.__getitem__)), avoid))


def clean_subjects(text: str) -> str:
    """Raises ValidationError."""
    corrected = subjects_in(text)
    if corrected is not None:
        check_subjects(corrected)
    return subjects_text(corrected)


class InterviewRequestForm(EditForm):
    rules = {"objective": clean_objective, "notes": clean_typed_notes, "subjects": clean_subjects}
    layouts = {"notes": readable_notes}

    objective = long_text(3, "What this one interview is to find out. Paige uses it from her next question on.")
    notes = long_text(
        3,
        "About the contact, for all of their interviews. Paige's messages never contain words of them.",
        label="Notes about the contact",
    )
    picks = forms.CharField(
        required=False,
        widget=PicksWidget,
        label="Picked topics",
        help_text="They replace what objective and notes steer to, from Paige's next question on. A new objective "
        "clears them. Topics with the same place keep the guide's order.",
    )
    subjects = long_text(
        3,
        "What the objective names within its topics, one a line, if what was found is not right. “(may be named)” "
        f"after a subject lets Paige ask about it by name. “{NO_SUBJECT}”: none. A new objective clears them.",
        label="Subjects",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.steering = stored_steering(kwargs["instance"])
        super().__init__(*args, **kwargs)
        self.closed = COMPLETED if self.instance.is_completed else ""
        if self.steering and "picks" in self.fields:
            widget = self.fields["picks"].widget
            widget.topics = self.steering.brief.guide.topics
            widget.is_open = bool(self.instance.picks) or self.steering.is_without_match

    def stored_value(self, name: str) -> Any:
        return self.instance.contact.notes if name == "notes" else super().stored_value(name)

    def _laid_out(self, name: str, value: Any) -> Any:
        """Leaves out picked topics that the guide does not have: the picker cannot show them."""
        if name == "picks":
            return picks_text(self.steering.brief.picks) if self.steering else ""
        return super()._laid_out(name, value)
