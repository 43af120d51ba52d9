"""Contrast of colours, as WCAG 2.2 defines it. Colours are `#rrggbb`."""

import re
from collections.abc import Sequence

from django.core.exceptions import ValidationError

COLOR = re.compile("#[0-9a-f]{6}")
MIN_CONTRAST = 4.5  # for text, at level AA

# Backgrounds of text on the survey page, as in survey.css.
LIGHT = ("#ffffff", "#fbf9f5")
DARK = ("#14191c", "#1d2529")
WHITE, BLACK = "#ffffff", "#000000"
STEPS = 100


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
    towards = BLACK if _luminance(backgrounds[0]) > 0.5 else WHITE
    mixtures = (_mixture(color, towards, step / STEPS) for step in range(STEPS + 1))
    return next(each for each in mixtures if lowest_contrast(each, backgrounds) >= MIN_CONTRAST)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _mixture(color: str, other: str, share: float) -> str:
    pairs = zip(_channels(color), _channels(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def _channels(color: str) -> bytes:
    return bytes.fromhex(color[1:])
