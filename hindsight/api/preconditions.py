"""The header If-Match. https://www.rfc-editor.org/rfc/rfc9110#section-13.1"""

import re

from hindsight.api.errors import BadRequest

_STRONG = r'"[\x21\x23-\x7e\x80-\xff]*"'
_SEPARATOR = r"[ \t]*,[ \t]*"
_STRONG_TAGS = re.compile(rf"{_STRONG}(?:{_SEPARATOR}{_STRONG})*")
_TAGS = re.compile(rf"(?:W/)?{_STRONG}(?:{_SEPARATOR}(?:W/)?{_STRONG})*")

HOW_TO_SEND = 'Send the ETag of a GET, POST or PATCH unchanged, with its quotation marks, such as "7-3".'
EMPTY = f"If-Match is empty. {HOW_TO_SEND} Without If-Match, the last write wins."
UNQUOTED = f"If-Match has no quotation marks. {HOW_TO_SEND}"
WEAK = (
    "If-Match needs a strong ETag, without W/. A proxy that compresses responses may have added it: turn off "
    "compression, or send Accept-Encoding: identity with the GET."
)
MALFORMED = f"If-Match is malformed. {HOW_TO_SEND} Separate several ETags with commas."


def strong_tags(if_match: str | None) -> list[str] | None:
    """Returns the entity tags of If-Match, without quotation marks. Any version: None. Raises BadRequest."""
    if if_match is None or if_match.strip() == "*":
        return None
    value = if_match.strip()
    if _STRONG_TAGS.fullmatch(value):
        return [tag[1:-1] for tag in re.findall(_STRONG, value)]
    if not value:
        raise BadRequest(EMPTY)
    if _TAGS.fullmatch(value):
        raise BadRequest(WEAK)
    raise BadRequest(MALFORMED if '"' in value else UNQUOTED)
