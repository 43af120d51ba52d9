"""Shows invisible characters that change how the text around them looks, as `{U+202E}` (decision 45)."""

import re
from bisect import bisect_left
from collections.abc import Callable
from itertools import accumulate

# Bidirectional controls, zero-width characters, separators of lines and paragraphs, tags, and control characters except
# tab and line ends. A joiner stays after an emoji and after a character of a script other than Latin, and a tag after
# an emoji flag. The set comes first in the pattern, because re searches for a set quickly.
FORGING = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
    "\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
    "]"
    "(?<![\u0300-\U0010ffff][\u200c\u200d])"
    "(?<![\U0001f3f4\U000e0020-\U000e007e][\U000e0000-\U000e007f])"
)
MARKER = re.compile(r"\{U\+([0-9A-F]{4,6})\}")


def visible(text: str) -> str:
    return FORGING.sub(lambda found: f"{{U+{ord(found[0]):04X}}}", text)


def stored(text: str) -> str:
    """The inverse of `visible()`."""
    return MARKER.sub(_character, text)


def position_in(text: str) -> Callable[[int], int]:
    """Maps indices in the text to indices in `visible(text)`."""
    found = list(FORGING.finditer(text))
    starts = [each.start() for each in found]
    added = [0, *accumulate(len(visible(each[0])) - 1 for each in found)]
    return lambda index: index + added[bisect_left(starts, index)]


def _character(marker: re.Match[str]) -> str:
    number = int(marker[1], 16)
    character = chr(number) if number < 0x110000 else ""
    return character if FORGING.fullmatch(character) else marker[0]
