"""docs/security.md names tests that exist, and leaves no risk and no requirement out."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")

NAMED = sorted(set(re.findall(r"`(tests/[^`\s]*::[^`]*)`", SECURITY)))
# An entry is a heading in bold and a list of three parts. A part goes on in indented lines.
HEADINGS = re.findall(r"^\*\*(.+)\*\*$", SECURITY, re.MULTILINE)
PARTS = "".join(rf"- \*{part}\*:(.*\n(?:  .*\n)*)" for part in ("holds", "tests", "not covered"))
ENTRIES = [
    [heading, *(" ".join(part.split()) for part in parts)]
    for heading, *parts in re.findall(rf"^\*\*(.+)\*\*\n\n{PARTS}", SECURITY, re.MULTILINE)
]
NOT_APPLICABLE = re.findall(r"^- \*\*([^*]+)\*\*: ", SECURITY.partition("### Not applicable\n")[2], re.MULTILINE)
NONE = "\N{EN DASH}"

# The requirements of levels 1 and 2 in ASVS 5.0.0, by section: each section numbers them before those of level 3.
# V10 and V17 do not apply as a whole.
REQUIREMENTS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2,
    "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4,
    "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4,
    "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
}  # fmt: skip
# Sections that do not apply as a whole.
SECTIONS = ("4.3", "4.4", "6.6")


@pytest.mark.parametrize("test", NAMED)
def test_every_named_test_exists(test: str) -> None:
    path, _, name = test.partition("::")
    file = ROOT / path
    assert file.is_file()
    assert re.search(rf"^ *def {re.escape(name)}\(", file.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_entry_has_its_three_parts() -> None:
    assert [entry[0] for entry in ENTRIES] == HEADINGS


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry[0])
def test_every_entry_names_its_tests_or_says_that_there_are_none(entry: list[str]) -> None:
    _, mechanism, tests, gaps = entry
    assert tests == NONE or set(tests.removeprefix("- ").split(" - ")) <= {f"`{test}`" for test in NAMED}
    assert (mechanism, gaps) != (NONE, NONE)


def test_every_risk_and_every_chapter_is_there() -> None:
    assert [entry[0].split()[0] for entry in ENTRIES[:10]] == [f"API{number}" for number in range(1, 11)]
    chapters = re.findall(r"^(?:### |- \*\*)(V\d+) ", SECURITY, re.MULTILINE)
    assert sorted(int(chapter[1:]) for chapter in chapters) == list(range(1, 18))


def numbers_in(heading: str) -> set[str]:
    """A dash between two numbers stands for all requirements from one to the other."""
    found = set()
    for section, first, last in re.findall(rf"(\d+\.\d+)\.(\d+)(?: {NONE} \d+\.\d+\.(\d+))?", heading):
        found |= {f"{section}.{number}" for number in range(int(first), int(last or first) + 1)}
    return found


def test_no_requirement_of_levels_1_and_2_is_left_out() -> None:
    numbered = [heading for heading in [*HEADINGS, *NOT_APPLICABLE] if heading[0].isdigit()]
    named = set[str]().union(*map(numbers_in, numbered))
    asked = {f"{section}.{number}" for section, count in REQUIREMENTS.items() for number in range(1, count + 1)}
    assert asked - named == {number for number in asked if number.startswith(SECTIONS)}
