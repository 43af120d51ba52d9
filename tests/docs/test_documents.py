"""README.md, CHANGELOG.md, docs/scaling.md, docs/soak.md and .dockerignore agree with the code."""

import re
from pathlib import Path

from django.conf import settings

from hindsight import __version__
from hindsight.db.releases import RELEASES
from hindsight.docs.views import GUIDE, HAND_OFFS
from tools.harness.pgbouncer import SETTINGS
from tools.soak.faults import FAULTS

ROOT = Path(__file__).parents[2]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


README = text_of("README.md")
VERSIONS = re.findall(r"^## \[(.+?)\]", text_of("CHANGELOG.md"), re.MULTILINE)


def test_the_table_has_every_folder() -> None:
    listed = set(re.findall(r"^\| `([\w/]+/)` \|", README, re.MULTILINE))
    packages = {file.parent for pattern in ("*/*.py", "hindsight/*/__init__.py") for file in ROOT.glob(pattern)}
    folders = {f"{folder.relative_to(ROOT)}/" for folder in packages if not folder.name.startswith(".")}
    assert listed == folders - {"hindsight/formats/"} | {"docs/", "ops/", "scripts/"}


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def test_the_version_is_newer_than_all_releases() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)
    assert [*RELEASES] == sorted(RELEASES, key=numbers)
    assert all(numbers(release) < numbers(__version__) for release in RELEASES)


def test_the_changelog_begins_with_what_is_unreleased() -> None:
    unreleased, latest, *older = VERSIONS
    assert unreleased == "Unreleased"
    assert latest in (__version__, [*RELEASES][-1])
    assert [latest, *older] == sorted([latest, *older], key=numbers, reverse=True)


def test_each_tag_in_a_document_is_of_a_version_that_exists() -> None:
    documents = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    tags = {
        (document.name, tag)
        for document in documents
        for tag in re.findall(r"\bv(\d+\.\d+\.\d+)\b", document.read_text(encoding="utf-8"))
    }
    # "Make a release" of docs/operations.md makes the tag of the version of the code.
    assert {(name, tag) for name, tag in tags if tag not in RELEASES} <= {("operations.md", __version__)}


def test_the_readme_says_that_there_is_no_licence_yet() -> None:
    assert "The owner has not chosen a licence yet." in README
    assert not [*ROOT.glob("LICEN[CS]E*")]


def test_the_settings_of_pgbouncer_are_the_tested_ones() -> None:
    documented = text_of("docs/scaling.md").splitlines()
    fixed = [line for line in SETTINGS.splitlines() if line and "{" not in line and not line.endswith("=")]
    assert [line for line in fixed if line not in documented] == []


def test_the_table_of_soak_has_every_fault() -> None:
    assert re.findall(r"^\| `([\w-]+)` \|", text_of("docs/soak.md"), re.MULTILINE) == list(FAULTS)


def test_no_blank_line_cuts_a_table() -> None:
    """Without a header above them, rows are shown as text."""
    documents = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    starts = [
        (document.name, start)
        for document in documents
        for start in re.findall(r"(?:^|\n)(?!\|)[^\n]*\n(\|[^\n]*\n[^\n]*)", document.read_text(encoding="utf-8"))
    ]
    assert [(name, start) for name, start in starts if not re.search(r"\n\|[-:| ]+\|$", start)] == []


def test_the_image_has_every_app_and_every_document_that_is_shown() -> None:
    copied = {line.removeprefix("!") for line in text_of(".dockerignore").splitlines()}
    apps = {name.partition(".")[0] for name in settings.INSTALLED_APPS}
    assert {name for name in apps if (ROOT / name).is_dir()} <= copied
    assert {f"docs/{GUIDE}", f"docs/{HAND_OFFS}"} <= copied
