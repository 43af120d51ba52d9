"""The generated requirements agree with requirements/*.in and with each other. No package index is asked."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "requirements"
NAMES = sorted(path.stem for path in FOLDER.glob("*.in"))


def generated(name: str) -> str:
    return (ROOT / "requirements.txt" if name == "runtime" else FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def direct_dependencies(name: str) -> dict[str, str]:
    """Returns {package: purpose} of one file, without the files that it includes."""
    text = (FOLDER / f"{name}.in").read_text(encoding="utf-8")
    return dict(re.findall(r"^(\w[\w-]*)[^#\n]*(?:# (.+))?$", text, re.MULTILINE))


def pins(name: str) -> dict[tuple[str, str], str]:
    """Returns {(package, version): the other lines of its entry, with hashes and origin}."""
    entries = re.findall(r"^(\w[\w-]*)==(\S+)(.*\n(?: +.*\n)*)", generated(name), re.MULTILINE)
    return {(package, version): rest for package, version, rest in entries}


@pytest.mark.parametrize("name", NAMES)
def test_every_direct_dependency_has_a_purpose(name: str) -> None:
    assert [package for package, purpose in direct_dependencies(name).items() if not purpose] == []


@pytest.mark.parametrize("name", NAMES)
def test_generated_files_are_up_to_date(name: str) -> None:
    origin = re.compile(rf"-r requirements/{name}\.in$", re.MULTILINE)
    pinned = {package for (package, _), rest in pins(name).items() if origin.search(rest)}
    assert pinned == set(direct_dependencies(name)), "`make requirements` rewrites the generated files."


@pytest.mark.parametrize("name", ["runtime", "observability"])
def test_tests_run_with_the_versions_of_production(name: str) -> None:
    packages = {package for package, _ in pins(name)}
    assert {pin for pin in pins("dev") if pin[0] in packages} == set(pins(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_pin_has_a_hash(name: str) -> None:
    assert [package for (package, _), rest in pins(name).items() if "--hash=sha256:" not in rest] == []


@pytest.mark.parametrize("name", NAMES)
def test_generated_files_name_no_package_index(name: str) -> None:
    assert re.findall(r"^-.*|\S*://\S*", generated(name), re.MULTILINE) == []
