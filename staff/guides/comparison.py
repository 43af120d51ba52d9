"""Versions of a guide: the stored one, those that the audit has, and the page that compares two of them."""

import json
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from django import forms
from django.http import HttpRequest, HttpResponse

from hindsight.text.languages import ENGLISH
from interviews.models import InterviewType
from interviews.paige.guide.rules import in_current_format
from orgs.models import Change
from staff.base import StaffAdmin
from staff.history.diff import Piece, TimeBudget, diff

Fields = Mapping[str, str]

MAX_VERSIONS = 50
"""The number of versions that a select offers, newest first."""


class VersionsForm(forms.Form):
    before = forms.TypedChoiceField(coerce=int, label="Version")
    after = forms.TypedChoiceField(coerce=int, label="compared with version")

    def __init__(self, versions: list[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields:
            self.fields[name].choices = [(number, str(number)) for number in versions]  # type: ignore[attr-defined]


class ShownPart(NamedTuple):
    """A topic, or the guide outside its topics. `notes`: what happened to it. `texts`: labels with their diffs."""

    heading: str
    notes: list[str]
    texts: list[tuple[str, list[Piece]]]


def comparison_view(admin: StaffAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Without versions in the query, the newest two."""
    interview_type = admin.object_or_404(request, object_id, admin.has_view_permission, is_read=True)
    versions = versions_of(interview_type)
    newest = {"before": versions[:2][-1], "after": versions[0]}
    form = VersionsForm(versions, request.GET if "before" in request.GET else newest)
    guides = [guide_at(interview_type, form.cleaned_data[name]) for name in form.fields] if form.is_valid() else []
    before, after = guides or (None, None)
    context = {
        "title": "Compare versions",
        "form": form,
        "parts": compared(before, after, TimeBudget()) if before and after else [],
    }
    return admin.page(request, "guides/guide_comparison", interview_type, **context)


def versions_of(interview_type: InterviewType) -> list[int]:
    """Newest first."""
    changes = Change.objects.of(interview_type).filter(field="guide", before__isnull=False)[: MAX_VERSIONS - 1]
    newest: int = interview_type.guide["version"]
    return [newest - number for number in range(changes.count() + 1)]


def guide_at(interview_type: InterviewType, version: int) -> dict[str, Any] | None:
    """In the current format. None if the audit does not have it."""
    edits = interview_type.guide["version"] - version
    if edits <= 0:
        return in_current_format(interview_type.guide) if edits == 0 else None
    changes = Change.objects.of(interview_type).filter(field="guide")[:edits]
    before = [change.before for change in changes]
    text = before[-1] if len(before) == edits else None
    return in_current_format({**json.loads(text), "version": version}) if text else None


def compared(before: Mapping[str, Any], after: Mapping[str, Any], budget: TimeBudget) -> list[ShownPart]:
    """The guide, then the topics in their order, and the removed topics last."""
    old, new = ({topic["key"]: topic for topic in guide["topics"]} for guide in (before, after))
    moved = _moved(list(old), list(new))
    parts = [ShownPart("Interview", [], _changed(_interview(before), _interview(after), budget))]
    for number, (key, topic) in enumerate(new.items(), start=1):
        notes = [] if key in old else ["Added."]
        if key in moved:
            notes = [f"Moved from place {list(old).index(key) + 1} to {number}."]
        texts = _changed(_topic(old[key]) if key in old else {}, _topic(topic), budget)
        parts.append(ShownPart(f"Topic {number}: {topic['title']}", notes, texts))
    removed = [topic for key, topic in old.items() if key not in new]
    parts += [ShownPart(topic["title"], ["Removed."], _changed(_topic(topic), {}, budget)) for topic in removed]
    return [part for part in parts if part.notes or part.texts]


def _moved(old: list[str], new: list[str]) -> set[str]:
    """The fewest topics whose move explains the new order."""
    kept_old, kept_new = ([key for key in keys if key in other] for keys, other in ((old, new), (new, old)))
    blocks = SequenceMatcher(None, kept_old, kept_new, autojunk=False).get_matching_blocks()
    return set(kept_new) - {key for block in blocks for key in kept_new[block.b : block.b + block.size]}


def _changed(before: Fields, after: Fields, budget: TimeBudget) -> list[tuple[str, list[Piece]]]:
    pairs = {label: (before.get(label, ""), after.get(label, "")) for label in {**before, **after}}
    return [(label, diff(old, new, budget)) for label, (old, new) in pairs.items() if old != new]


def _texts(part: Mapping[str, Any], *names: str) -> dict[str, str]:
    return {name.replace("_", " ").capitalize(): str(part.get(name, "")) for name in names}


def _interview(guide: Mapping[str, Any]) -> Fields:
    names = ("name", "language", "purpose", "estimated_minutes", "max_turns", "closing_question")
    return _texts({"language": ENGLISH, **guide}, *names)


def _topic(topic: Mapping[str, Any]) -> Fields:
    return {
        **_texts(topic, "title", "about", "bridge", "question", "rephrasing", "reason"),
        "Follow-ups": "\n".join(f"{each['kind']}: {each['text']}" for each in topic["follow_ups"]),
        "Core": "yes" if topic["core"] else "no",
        "Same topics": ", ".join(topic.get("siblings", ())),
    }
