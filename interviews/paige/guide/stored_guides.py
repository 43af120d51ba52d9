import json
from collections.abc import Callable
from hashlib import sha256

from hindsight.limits.memory import Memory
from interviews.models import InterviewRequest
from interviews.paige.guide.guide import MAX_GUIDES, Guide

# By interview type and version. Every edit of a guide is a new version. A conversation copies guide and version.
_digests: Memory[tuple[int, int], bytes] = Memory()
# By digest: most orgs have the same guides, which take a quarter of a megabyte each.
_guides: Memory[bytes, Guide] = Memory(MAX_GUIDES)


def guide_of(interview_request: InterviewRequest) -> Guide:
    """Raises GuideError."""
    version = interview_request.guide_version
    return guide_of_version(interview_request.interview_type_id, version, lambda: interview_request.guide)


def guide_of_version(interview_type_id: int, version: int, read: Callable[[], object]) -> Guide:
    """Raises GuideError."""
    digest = _digests.get((interview_type_id, version))
    guide = _guides.get(digest) if digest else None
    if guide is None:
        data = read()
        digest = sha256(json.dumps(data, sort_keys=True).encode()).digest()
        guide = _guides.get(digest) or Guide.from_data(data)
        _guides.add(digest, guide)
        _digests.add((interview_type_id, guide.version), digest)  # not `version`: it may be read after an edit
    return guide


def forget_guides() -> None:
    """For tests, whose rows have the ids of other tests' rows."""
    _digests.clear()
