"""Files, links, tests and images that the documents name exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")} - {ROOT / "CHANGELOG.md"})
SUFFIXES = (".css", ".html", ".in", ".js", ".json", ".md", ".py", ".toml", ".txt", ".yaml", ".yml", "/")
# Built on each machine, or relative to an app.
GENERATED = (".venv", ".env", "var/", "management/commands/")


def text_of(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def is_path(name: str) -> bool:
    is_file = name.endswith(SUFFIXES) or name.startswith(("scripts/", ".ci/"))
    return is_file and name not in SUFFIXES and not name.startswith(GENERATED)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_and_every_link_leads_to_a_file(document: Path) -> None:
    text = re.sub(r"^```.*?^```", "", text_of(document), flags=re.MULTILINE | re.DOTALL)
    names = set(re.findall(r"`([\w.*-]+(?:/[\w.*-]+)*/?)`", text))
    assert [name for name in names if is_path(name) and not any(ROOT.glob(name))] == []
    links = re.findall(r"\]\(([^):#]+)(?:#[^)]*)?\)", text)
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_test_of_the_security_page_exists() -> None:
    named = set(re.findall(r"`(tests/[^`\s]*)::([^`]*)`", text_of(ROOT / "docs" / "security.md")))
    assert len(named) > 100
    files = {path: text_of(ROOT / path) if (ROOT / path).is_file() else "" for path, _ in named}
    assert sorted(f"{path}::{name}" for path, name in named if not re.search(rf"\bdef {name}\(", files[path])) == []


def test_every_decision_and_every_image_is_linked() -> None:
    docs = ROOT / "docs"
    index = text_of(docs / "decisions" / "README.md")
    assert {*re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", index)} == {file.name for file in docs.glob("decisions/[0-9]*.md")}
    images = {*re.findall(r"\(images/([\w-]+\.png)\)", text_of(docs / "staff.md"))}
    assert images == {file.name for file in (docs / "images").iterdir()}
