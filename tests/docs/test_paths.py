"""Files, links and functions that the documents name exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

DOCUMENTS = sorted(
    [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "docs" / "decisions").glob("*.md"),
    ]
)
CODE = (
    "contacts",
    "tools",
    "hindsight",
    "interviews",
    "jobs",
    "orgs",
    "scripts",
    "staff",
    "tests",
    "webhooks",
)

PATH = re.compile(r"[\w.*-]+(?:/[\w.*-]+)*/?")
SUFFIXES = (".css", ".html", ".in", ".js", ".json", ".md", ".py", ".toml", ".txt", ".yaml", ".yml", "/")
# Built on each machine, or relative to an app.
GENERATED = (".venv", ".env", "var/", "management/commands/")


def names_in(document: Path) -> set[str]:
    """The texts between single backticks, without fenced code blocks."""
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return set(re.findall(r"`([^`\n]+)`", text))


def is_path(name: str) -> bool:
    return (
        PATH.fullmatch(name) is not None
        and not name.startswith(GENERATED)
        and (name.endswith(SUFFIXES) or name.startswith(("scripts/", ".ci/")))
        and name not in SUFFIXES
    )


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_exists(document: Path) -> None:
    missing = sorted(name for name in names_in(document) if is_path(name) and not any(ROOT.glob(name)))
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file(document: Path) -> None:
    links = re.findall(r"\]\(([^):#]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    assert not sorted(link for link in links if not (document.parent / link).exists())


def test_every_function_exists() -> None:
    """Functions and methods are written with parentheses: `name()`."""
    sources = "\n".join(file.read_text(encoding="utf-8") for room in CODE for file in (ROOT / room).rglob("*.py"))
    defined = set(re.findall(r"\b(?:def|class) (\w+)", sources))
    for document in DOCUMENTS:
        named = {match[1] for name in names_in(document) if (match := re.fullmatch(r"(?:\w+\.)*(\w+)\(\)", name))}
        assert named <= defined, document


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    records = {file.name for file in folder.glob("[0-9]*.md")}
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", index)) == records
    for name in records:
        text = (folder / name).read_text(encoding="utf-8")
        assert f"# {int(name[:4])}. " in text
        for heading in ("Context", "Decision", "Consequences", "Alternatives considered"):
            assert f"\n## {heading}\n" in text
