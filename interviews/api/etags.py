"""The third version is the guide's, because `objective_topics` depends on it. Once the contact has begun, there is a
fourth part: the time of the last activity, which GET shows. Once objective and notes are read, it is a number that
depends on what was read, too. If-Match ignores both: a PATCH writes neither.
"""

import re
from hashlib import blake2b

from hindsight.api.operations import header
from hindsight.api.preconditions import IF_MATCH_SCHEMA, if_none_match, strong_tags
from interviews.models import RowVersions, Versions

IF_MATCH = header(
    "If-Match",
    IF_MATCH_SCHEMA,
    "An ETag of GET, POST or PATCH. If the interview request or its contact has changed since, nothing is updated, and "
    "the response is 412.",
    example='"7-3-2"',
)
IF_NONE_MATCH = if_none_match('"7-3-2"')
ETAG = header(
    "ETag",
    str,
    "The version of the interview request, its contact and its guide, and the time of the last activity.",
    response=[200, 201, 304],
)

_ETAG = re.compile(r"([1-9][0-9]{0,8})-([1-9][0-9]{0,8})(?:-[0-9]{1,9}(?:-[0-9]{1,20})?)?")


def etag_of(versions: Versions) -> str:
    rows = f"{versions.interview_request}-{versions.contact}-{versions.guide}"
    shown = re.sub("[^0-9]", "", versions.activity)
    if versions.reading:
        # A number, so that servers of earlier releases accept it in If-Match.
        shown = str(int(blake2b(f"{shown} {versions.reading}".encode(), digest_size=8).hexdigest(), 16))
    return f'"{rows}-{shown}"' if shown else f'"{rows}"'


def versions_of(if_match: str | None) -> set[RowVersions] | None:
    """Returns None if any version is allowed. Raises BadRequest if the header is malformed."""
    tags = strong_tags(if_match)
    if tags is None:
        return None
    return {RowVersions(int(match[1]), int(match[2])) for match in map(_ETAG.fullmatch, tags) if match}
