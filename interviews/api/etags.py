"""The third version is the guide's, because `objective_topics` depends on it. If-Match ignores it: a PATCH writes no
guide.
"""

import re

from hindsight.api.preconditions import strong_tags
from interviews.models import RowVersions, Versions

_ETAG = re.compile(r"([1-9][0-9]{0,8})-([1-9][0-9]{0,8})(?:-[0-9]{1,9})?")


def etag_of(versions: Versions) -> str:
    return f'"{versions.interview_request}-{versions.contact}-{versions.guide}"'


def versions_of(if_match: str | None) -> set[RowVersions] | None:
    """Returns None if any version is allowed. Raises BadRequest if the header is malformed."""
    tags = strong_tags(if_match)
    if tags is None:
        return None
    return {RowVersions(int(match[1]), int(match[2])) for match in map(_ETAG.fullmatch, tags) if match}
