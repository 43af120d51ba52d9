"""The version of the code, CHANGELOG.md and the table of releases agree."""

import re

from hindsight import __version__
from hindsight.db.releases import RELEASES
from tests.docs.test_readme import README, ROOT

HEADINGS = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def test_the_version_is_newer_than_all_releases() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)
    assert [*RELEASES] == sorted(RELEASES, key=numbers)
    assert all(numbers(release) < numbers(__version__) for release in RELEASES)


def test_the_changelog_begins_with_what_is_unreleased() -> None:
    unreleased, latest, *older = HEADINGS
    assert unreleased == "Unreleased"
    assert latest in (__version__, [*RELEASES][-1])
    assert [latest, *older] == sorted([latest, *older], key=numbers, reverse=True)


def test_the_readme_says_that_there_is_no_licence_yet() -> None:
    assert "The owner has not chosen a licence yet." in README
    assert not [*ROOT.glob("LICEN[CS]E*")]
