"""The normalized text that both databases search."""

import pytest

from hindsight.db.search import normalized, search_text_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Jane\u00a0 SMITH ", "jane smith"),
        ("Zoë", "zoe"),
        ("Zoe\u0308", "zoe"),
        ("Łódź Sørensen Đặng Æsir", "lodz sorensen dang aesir"),
        ("STRAẞE Straße", "strasse strasse"),
        ("İstanbul ISPARTA \u0131l\u0131k", "istanbul isparta ilik"),
        ("ﬁnance Ⅳ \uff21\uff22\uff23", "finance iv abc"),
        ("Σίσυφος", "σισυφοσ"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u062e"),
        ("a\x00b\tc", "ab c"),
        ("O'Neil-Jones", "o'neil-jones"),
    ],
)
def test_case_accents_and_widths_do_not_matter(text: str, expected: str) -> None:
    assert normalized(text) == expected
    assert normalized(expected) == expected


def test_each_field_is_a_line_and_each_word_follows_a_space() -> None:
    assert search_text_of("Jane@Exa\N{ACUTE ACCENT}mple.com", "Jane\nSmith", "") == " jane@exa mple.com\n jane smith\n "
