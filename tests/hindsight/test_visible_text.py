"""Characters that make a text look like another one are shown as markers."""

import unicodedata

import pytest

from hindsight.text.visible import position_in, stored, visible


@pytest.mark.parametrize(
    "character",
    [
        *map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)),
        *"\u200b\u2028\u2029\u2060\ufeff\x00\x07\x1b\x85\x9b\U000e0041",
    ],
    ids=lambda character: f"U+{ord(character):04X}",
)
def test_a_forging_character_becomes_a_marker(character: str) -> None:
    text = f"We paid {character}001 dollars"
    assert visible(text) == f"We paid {{U+{ord(character):04X}}}001 dollars"
    assert visible(visible(text)) == visible(text)
    assert stored(visible(text)) == text
    assert [position_in(text)(index) for index in (0, 8, 9)] == [0, 8, len(visible(f"We paid {character}"))]


@pytest.mark.parametrize(
    "text",
    [
        "Two\nlines\tand\r\na tab",
        "👩\N{ZERO WIDTH JOINER}💻 and 🏳\ufe0f\N{ZERO WIDTH JOINER}🌈",
        "می\N{ZERO WIDTH NON-JOINER}خواهم",
        "क्\N{ZERO WIDTH NON-JOINER}ष",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "שלום, and مرحبا",
        "Soft\u00adhyphen, é, e\u0301, 中文, ½",
        "{U+0041} {U+110000} {U+202e}",
    ],
)
def test_other_texts_stay(text: str) -> None:
    assert visible(text) == text
    assert stored(text) == text


@pytest.mark.parametrize("text", ["pay\N{ZERO WIDTH NON-JOINER}pal", "\N{ZERO WIDTH JOINER}x"])
def test_a_joiner_between_latin_letters_is_shown(text: str) -> None:
    assert "{U+200" in visible(text)


def test_every_bidirectional_control_is_covered() -> None:
    controls = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    found = [chr(number) for number in range(0x110000) if unicodedata.bidirectional(chr(number)) in controls]
    assert len(found) == 9
    assert all(visible(f"x{character}") != f"x{character}" for character in found)
