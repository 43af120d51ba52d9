from typing import NamedTuple

from interviews.models import InterviewType
from interviews.services.guide_quality import VersionQuality, quality_by_version


class ShownQuality(NamedTuple):
    """A topic that the guide no longer has is shown by its key."""

    quality: VersionQuality
    topic: str


def displayed_quality(kind: InterviewType) -> list[ShownQuality]:
    titles = {topic["key"]: topic["title"] for topic in kind.guide["topics"]}
    return [
        ShownQuality(quality, titles.get(quality.last_topic, quality.last_topic or "before the first question"))
        for quality in quality_by_version(kind)
    ]
