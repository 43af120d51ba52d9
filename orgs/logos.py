"""Images that may be the logo of an org. Type and size are read from the first bytes. Nothing decodes the image."""

import re
from collections.abc import Callable, Mapping
from hashlib import sha256

from django.core.exceptions import ValidationError

MAX_LOGO_BYTES = 100 * 1024
MAX_PIXELS = 1_000  # of each side

CONTENT_TYPES: Mapping[str, str] = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
LOGO_NAME = f"[0-9a-f]{{32}}\\.(?:{'|'.join(CONTENT_TYPES)})"

# A frame header of JPEG: FF C0 to FF CF, without C4, C8 and CC; length, precision, height, width.
_SEGMENT = re.compile(rb"\xff+([\xc0-\xfe])(..)", re.DOTALL)
_NOT_FRAMES = {0xC4, 0xC8, 0xCC}
_LAST_FRAME = 0xCF

Size = tuple[int, int]


def logo_name(content: bytes) -> str:
    """A hash of the content, and the extension of its type. Raises ValidationError."""
    if len(content) > MAX_LOGO_BYTES:
        raise ValidationError(f"The file has {len(content):,} bytes; at most {MAX_LOGO_BYTES:,} are allowed.")
    extension = next((each for each, is_of_type in _SIGNATURES.items() if is_of_type(content)), "")
    size = _SIZES[extension](content) if extension else None
    if size is None:
        raise ValidationError("Choose a PNG, JPEG or WebP image. SVG is not accepted, because it can contain scripts.")
    if not all(1 <= side <= MAX_PIXELS for side in size):
        raise ValidationError(f"The image has {size[0]:,} by {size[1]:,} pixels; each side may have {MAX_PIXELS:,}.")
    return f"{sha256(content).hexdigest()[:32]}.{extension}"


def _size_of_png(content: bytes) -> Size | None:
    if content[12:16] != b"IHDR" or len(content) < 24:
        return None
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def _size_of_jpeg(content: bytes) -> Size | None:
    position = 2
    while found := _SEGMENT.match(content, position):
        kind, frame = found[1][0], content[found.end() : found.end() + 5]
        if kind <= _LAST_FRAME and kind not in _NOT_FRAMES and len(frame) == 5:
            return int.from_bytes(frame[3:5]), int.from_bytes(frame[1:3])
        position = found.end(1) + int.from_bytes(found[2])
    return None


def _size_of_webp(content: bytes) -> Size | None:
    kind, data = content[12:16], content[20:30]
    if len(data) < 10:
        return None
    if kind == b"VP8X":
        return int.from_bytes(data[4:7], "little") + 1, int.from_bytes(data[7:10], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(data[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        return int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF
    return None


_SIGNATURES: Mapping[str, Callable[[bytes], bool]] = {
    "png": lambda content: content.startswith(b"\x89PNG\r\n\x1a\n"),
    "jpg": lambda content: content.startswith(b"\xff\xd8\xff"),
    "webp": lambda content: content.startswith(b"RIFF") and content[8:12] == b"WEBP",
}
_SIZES: Mapping[str, Callable[[bytes], Size | None]] = {
    "png": _size_of_png,
    "jpg": _size_of_jpeg,
    "webp": _size_of_webp,
}
