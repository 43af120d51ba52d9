"""The picker has one select for each topic. Its value is the text of paige/objective/steering.py."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from interviews.paige.guide.guide import Topic
from interviews.paige.objective.steering import Picks, picks_in, picks_text

AVOID = "avoid"
NO_TOPIC = "0"
"""The name of the box for "no topic". No key of a topic begins with a digit."""
MIN_RANKS = 3
ORDINALS = ("First", "Second", "Third")


class PicksWidget(forms.Widget):
    template_name = "staff/interviews/picks.html"
    use_fieldset = True

    def __init__(self) -> None:
        super().__init__()
        self.topics: Sequence[Topic] = ()
        self.is_open = False

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        picks = picks_in(value or "") or Picks()
        rows = [(topic.title, f"{name}-{topic.key}", chosen_in(picks, topic.key)) for topic in self.topics]
        context["widget"] |= {
            "rows": rows,
            "ranks": ranks(max(MIN_RANKS, len(picks.emphasize))),
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


def ranks(count: int) -> list[tuple[str, str]]:
    """Values and labels of the places among the emphasized topics."""
    ordinals = [*ORDINALS, *(f"{number}th" for number in range(len(ORDINALS) + 1, count + 1))]
    return [(str(number), ordinal) for number, ordinal in enumerate(ordinals, start=1)]


def chosen_in(picks: Picks, key: str) -> str:
    if key in picks.emphasize:
        return str(picks.emphasize.index(key) + 1)
    return AVOID if key in picks.avoid else ""
