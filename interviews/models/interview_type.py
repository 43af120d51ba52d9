import json
import re
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from hindsight.db.ids import PublicId
from hindsight.db.texts import optional_text
from hindsight.text.languages import ENGLISH
from interviews.lifecycle import Wording
from orgs.tenancy import OrgRowsQuerySet


def guide_version() -> models.GeneratedField:
    """A generated column, so that the version is read without the guide. 0 if the guide has none."""
    version = Coalesce(Cast(KT("guide__version"), models.IntegerField()), 0)
    return models.GeneratedField(expression=version, output_field=models.IntegerField(), db_persist=True)


def guide_name() -> models.GeneratedField:
    name = Coalesce(KT("guide__name"), Value(""), output_field=models.TextField())
    return models.GeneratedField(expression=name, output_field=models.TextField(), db_persist=True)


def language_code() -> Coalesce:
    """Of the guide. Older guides have none."""
    return Coalesce(KT("guide__language"), Value(ENGLISH), output_field=models.TextField())


_ORDER = (
    *("key", "title", "about", "core", "siblings"),
    *("bridge", "question", "rephrasing", "reason", "follow_ups", "kind", "text"),
)
# In JSON text, a line break is never part of a text.
_LIST_OF_TEXTS = re.compile(r'\[\n\s+("[^\n]*"(?:,\n\s+"[^\n]*")*)\n\s+\]')
_LINE_BREAK = re.compile(r"\n\s+")


class InterviewType(PublicId, models.Model):
    ID_PREFIX = "type_"

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="interview_types", db_index=False)
    name = models.CharField(max_length=200)
    guide = models.JSONField()
    guide_version = guide_version()
    wording = models.CharField(
        max_length=10,
        choices=Wording,
        default=Wording.GUIDE,
        db_default=Wording.GUIDE,
        help_text="Whose words Paige's follow-ups have, where a model is configured for them.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="No new interview request may have an archived type."
    )
    draft = models.JSONField(
        null=True, blank=True, editable=False, help_text="A guide that is not published yet. It may be invalid."
    )
    drafted_by = optional_text(150, "The staff login.", editable=False)
    drafted_at = models.DateTimeField(null=True, blank=True, editable=False)

    audited = ("guide",)

    objects = OrgRowsQuerySet["InterviewType"].as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("org", "name"), name="interview_type_name_is_unique_in_org"),
            models.UniqueConstraint(fields=("org", "id"), name="interview_type_of_org"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def edited_guide(self) -> dict[str, Any]:
        """What the editor opens: the draft if there is one."""
        guide: dict[str, Any] = self.draft or self.guide
        return guide

    @property
    def guide_text(self) -> str:
        return guide_text(self.guide)

    def audited_text(self, field: str) -> str:
        return self.guide_text


def guide_text(guide: Mapping[str, Any]) -> str:
    """In a fixed order, without the version. Older guides have no language."""
    fields = ("name", "language", "purpose", "estimated_minutes", "max_turns", "topics", "closing_question")
    ordered = {field: _ordered(guide[field]) for field in fields if field in guide}
    text = json.dumps(ordered, ensure_ascii=False, indent=2)
    return _LIST_OF_TEXTS.sub(lambda texts: f"[{_LINE_BREAK.sub(' ', texts[1])}]", text)


def _place(name: str) -> tuple[int, str]:
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)


def _ordered(value: Any) -> Any:
    """PostgreSQL does not keep the order of JSON keys."""
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    if isinstance(value, dict):
        # Nobody edits the empty `phrases` that as_stored() adds.
        return {name: _ordered(value[name]) for name in sorted(value, key=_place) if value[name] or name != "phrases"}
    return value
