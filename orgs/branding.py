"""What the survey page may show of an org: its logo, its colour, and the host of its survey links.

Type and size of a logo are read from its first bytes. Nothing decodes the image. The contrast of colours (`#rrggbb`)
is as WCAG 2.2 defines it.
"""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http.request import validate_host

MAX_LOGO_BYTES = 100 * 1024
MAX_PIXELS = 1_000  # of each side

CONTENT_TYPES: Mapping[str, str] = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
LOGO_NAME = f"[0-9a-f]{{32}}\\.(?:{'|'.join(CONTENT_TYPES)})"

# A frame header of JPEG: FF C0 to FF CF, without C4, C8 and CC; length, precision, height, width.
_SEGMENT = re.compile(rb"\xff+([\xc0-\xfe])(..)", re.DOTALL)
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}

Size = tuple[int, int]

COLOR = re.compile("#[0-9a-f]{6}")
MIN_CONTRAST = 4.5  # for text, at level AA

# Backgrounds of text on the survey page, as in tokens.css.
LIGHT = ("#ffffff", "#fbf9f5")
DARK = ("#14191c", "#1d2529")
STEPS = 100

https_url = URLValidator(schemes=["https"], message="Enter a URL that begins with https://.")


def logo_name(content: bytes) -> str:
    """A hash of the content, and the extension of its type. Raises ValidationError."""
    if len(content) > MAX_LOGO_BYTES:
        raise ValidationError(f"The file has {len(content):,} bytes; at most {MAX_LOGO_BYTES:,} are allowed.")
    sizes = {"png": _size_of_png(content), "jpg": _size_of_jpeg(content), "webp": _size_of_webp(content)}
    extension, size = next(((name, size) for name, size in sizes.items() if size), ("", None))
    if size is None:
        raise ValidationError("Choose a PNG, JPEG or WebP image. SVG is not accepted, because it can contain scripts.")
    if not all(1 <= side <= MAX_PIXELS for side in size):
        raise ValidationError(f"The image has {size[0]:,} by {size[1]:,} pixels; each side may have {MAX_PIXELS:,}.")
    return f"{sha256(content).hexdigest()[:32]}.{extension}"


def _size_of_png(content: bytes) -> Size | None:
    if not content.startswith(b"\x89PNG\r\n\x1a\n") or content[12:16] != b"IHDR" or len(content) < 24:
        return None
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def _size_of_jpeg(content: bytes) -> Size | None:
    position = 2 if content.startswith(b"\xff\xd8\xff") else len(content)
    while found := _SEGMENT.match(content, position):
        kind, frame = found[1][0], content[found.end() : found.end() + 5]
        if kind in _FRAMES and len(frame) == 5:
            return int.from_bytes(frame[3:5]), int.from_bytes(frame[1:3])
        position = found.end(1) + int.from_bytes(found[2])
    return None


def _size_of_webp(content: bytes) -> Size | None:
    kind, data = content[12:16], content[20:30]
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP" or len(data) < 10:
        return None
    if kind == b"VP8X":
        return int.from_bytes(data[4:7], "little") + 1, int.from_bytes(data[7:10], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(data[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        return int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF
    return None


def contrast(first: str, second: str) -> float:
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def lowest_contrast(color: str, backgrounds: Sequence[str]) -> float:
    return min(contrast(color, background) for background in backgrounds)


def validate_brand_color(color: str) -> None:
    """Raises ValidationError unless links and buttons in this colour can be read on the light page."""
    if not COLOR.fullmatch(color):
        raise ValidationError("Enter a colour as #rrggbb, such as #1b6b5f, in lowercase letters.")
    found = lowest_contrast(color, LIGHT)
    if found < MIN_CONTRAST:
        raise ValidationError(
            f"This colour is too light: its contrast with the page, and with white text on a button, is {found:.1f}:1, "
            f"and {MIN_CONTRAST}:1 is needed. The nearest darker colour that can be read is {readable(color, LIGHT)}."
        )


def readable(color: str, backgrounds: Sequence[str]) -> str:
    """The nearest mixture with black, or white on dark backgrounds, that has MIN_CONTRAST with all of them."""
    towards = "#000000" if _luminance(backgrounds[0]) > 0.5 else "#ffffff"
    mixtures = (_mixture(color, towards, step / STEPS) for step in range(STEPS + 1))
    return next(each for each in mixtures if lowest_contrast(each, backgrounds) >= MIN_CONTRAST)


def _luminance(color: str) -> float:
    shares = (channel / 255 for channel in _channels(color))
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixture(color: str, other: str, share: float) -> str:
    pairs = zip(_channels(color), _channels(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def _channels(color: str) -> bytes:
    return bytes.fromhex(color[1:])


def validate_survey_base_url(url: str) -> None:
    """Raises ValidationError for a URL with a path, or with a host that this server does not answer for."""
    https_url(url)
    host = url.removeprefix("https://")
    if not host.replace(".", "").replace("-", "").isalnum():
        raise ValidationError("Enter https:// and a host name only, such as https://interviews.example.com.")
    if not validate_host(host.lower(), settings.ALLOWED_HOSTS):
        raise ValidationError(f"This server does not answer for {host}. First, the operator adds it to ALLOWED_HOSTS.")
