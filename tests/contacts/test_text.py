"""Which names and email addresses are accepted."""

import pytest
from django.core.exceptions import ValidationError

from contacts.text import clean_email, clean_name

INVISIBLE = {
    "right-to-left override": "\N{RIGHT-TO-LEFT OVERRIDE}",
    "right-to-left mark": "\N{RIGHT-TO-LEFT MARK}",
    "isolate": "\N{FIRST STRONG ISOLATE}",
    "zero width space": "\N{ZERO WIDTH SPACE}",
    "word joiner": "\N{WORD JOINER}",
    "byte order mark": "\N{ZERO WIDTH NO-BREAK SPACE}",
    "soft hyphen": "\N{SOFT HYPHEN}",
    "tag letter": "\N{TAG LATIN SMALL LETTER A}",
}


@pytest.mark.parametrize("character", INVISIBLE.values(), ids=INVISIBLE)
def test_invisible_characters_are_refused(character: str) -> None:
    with pytest.raises(ValidationError, match="without invisible characters"):
        clean_name(f"Ali{character}ce")
    with pytest.raises(ValidationError):
        clean_email(f"alice@exam{character}ple.com")


@pytest.mark.parametrize(
    "name",
    [
        "Zoë O'Brien-Łukasiewicz",
        "李小龍",
        "عبد الله",
        "می\N{ZERO WIDTH NON-JOINER}خواهم",
        "👩\N{ZERO WIDTH JOINER}💻 Ada",
    ],
)
def test_names_of_all_scripts_are_accepted(name: str) -> None:
    assert clean_name(f" {name} ") == name
