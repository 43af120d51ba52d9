"""What customers and operators name cannot come or go without a line in the changelogs since the last tagged release.

`make check` compares docs/openapi.yaml with the code, and the tests beside this one compare the tables. At a release:
`python -m tests.docs.test_changelog >tests/docs/released.txt`.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from hindsight.db.releases import RELEASES

ROOT = Path(__file__).parents[2]
RELEASED = Path(__file__).with_name("released.txt")
OF_OPERATORS = ("manage.py", "settings")

Contract = Mapping[str, set[str]]
"""Parameters by operation, properties and values by schema, options by command, settings, and events."""


def contract(docs: Path) -> Contract:
    description = yaml.safe_load((docs / "openapi.yaml").read_text(encoding="utf-8"))
    operations, guide = ((docs / name).read_text(encoding="utf-8") for name in ("operations.md", "api.md"))
    commands = operations.partition("\n## Commands\n")[2].partition("\n## ")[0]
    return {
        **{
            f"{method.upper()} {path}": {parameter["name"] for parameter in operation.get("parameters", ())}
            for path, methods in description["paths"].items()
            for method, operation in methods.items()
        },
        **{
            name: {*schema.get("properties", ()), *filter(None, schema.get("enum", ()))}
            for name, schema in description["components"]["schemas"].items()
        },
        **{
            f"manage.py {command}": {*re.findall(r"--[a-z-]+", usage)}
            for command, usage in re.findall(r"^\| `(\w+)(.*?)` \|", commands, re.MULTILINE)
        },
        "settings": {*re.findall(r"^\| `([A-Z][A-Z_]+)`", operations, re.MULTILINE)},
        "events": {*re.findall(r"^\| `([a-z]+\.[a-z_]+)` \|", guide, re.MULTILINE)},
    }


def released() -> Contract:
    lines = (line.partition(":") for line in RELEASED.read_text(encoding="utf-8").splitlines())
    return {owner: {*names.split()} for owner, _, names in lines}


def added(earlier: Contract, later: Contract) -> Iterator[tuple[str, str]]:
    """Yields owner and name. The name of a new operation is the last part of its path; its schemas are left out."""
    for owner, names in later.items():
        if owner in earlier:
            yield from ((owner, name) for name in names - earlier[owner])
        elif " " in owner:
            yield owner, re.findall(r"[\w-]+", re.sub(r"{\w+}", "", owner))[-1]


def named_in(text: str) -> set[str]:
    """The words between backticks."""
    return {word for code in re.findall(r"`([^`]+)`", text) for word in re.findall(r"[\w.-]+", code)}


def test_each_name_that_has_come_or_gone_is_in_the_changelogs() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").partition(f"\n## [{[*RELEASES][-1]}]")[0]
    of_api = (ROOT / "docs" / "api.md").read_text(encoding="utf-8").partition("\n## Changelog\n")[2]
    before, now = released(), contract(ROOT / "docs")
    changed = [*added(before, now), *added(now, before)]
    assert changed, "the last release was tagged: see above"
    assert [name for name in changed if name[1] not in named_in(changelog)] == []
    of_customers = [name for name in changed if not name[0].startswith(OF_OPERATORS)]
    assert [name for name in of_customers if name[1] not in named_in(of_api)] == []


if __name__ == "__main__":
    for owner, names in sorted(contract(ROOT / "docs").items()):
        print(f"{owner}: {' '.join(sorted(names))}")  # noqa: T201
