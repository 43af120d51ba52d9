import json
from typing import Any

from interviews.models import InterviewType
from interviews.paige.guide.rules import in_current_format
from orgs.models import Change

MAX_VERSIONS = 50
"""The number of versions that a select offers, newest first."""


def version_before(interview_type: InterviewType, version: int) -> dict[str, Any] | None:
    """None if the audit does not have it."""
    edits = interview_type.guide["version"] - version
    if edits <= 0:
        return {**interview_type.guide} if edits == 0 else None
    changes = Change.objects.of(interview_type).filter(field="guide")[:edits]
    before = [change.before for change in changes]
    return {**json.loads(before[-1]), "version": version} if len(before) == edits and before[-1] else None


def versions_of(interview_type: InterviewType) -> list[int]:
    """Newest first."""
    changes = Change.objects.of(interview_type).filter(field="guide", before__isnull=False)[: MAX_VERSIONS - 1]
    newest: int = interview_type.guide["version"]
    return [newest - number for number in range(changes.count() + 1)]


def guide_at(interview_type: InterviewType, version: int) -> dict[str, Any] | None:
    """Like `version_before()`, in the current format."""
    guide = version_before(interview_type, version)
    return in_current_format(guide) if guide else None
