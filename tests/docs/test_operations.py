"""docs/operations.md agrees with the code: its tables of variables and commands, and its example."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, load_command_class

from orgs.models import Org

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def first_cells(title: str) -> list[str]:
    return re.findall(r"^\| `(.+?)`(?: ●)? \|", section(title), re.MULTILINE)


def test_the_table_has_exactly_the_variables_of_the_code() -> None:
    variables = first_cells("Environment")
    assert set(variables) == settings.ENVIRONMENT_VARIABLES
    assert len(variables) == len(set(variables))


def test_every_variable_of_the_example_is_in_the_table() -> None:
    example = section("Deploy").partition("cat >/etc/hindsight.env")[2].partition("```")[0]
    named = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    assert {"DATABASE_URL", "REDIS_URL"} < named <= set(first_cells("Environment"))


def test_the_table_has_every_command_with_its_options() -> None:
    documented = {usage.split()[0]: set(re.findall(r"--[a-z-]+", usage)) for usage in first_cells("Commands")}
    paths = [path.relative_to(ROOT) for path in ROOT.glob("[!.]*/**/management/commands/[!_]*.py")]
    apps = {path.stem: ".".join(path.parts[:-3]) for path in paths}
    assert documented.keys() == apps.keys() - {"demo", "migrate"}, "demo is only for `make run`"
    general = options("migrate") & options("shell")
    for command, named in documented.items():
        assert named == options(command, apps[command]) - general, command


def options(command: str, app: str = "django.core") -> set[str]:
    parser = load_command_class(app, command).create_parser("manage.py", command)
    return {word for action in parser._actions for word in action.option_strings if word.startswith("--")}


def test_the_example_of_an_import_prints_what_the_page_shows(
    acme: Org, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example = section("Commands").partition("$ cat contacts.csv\n")[2].partition("```")[0]
    contents, _, output = example.partition("$ manage.py import_contacts contacts.csv --org acme\n")
    (tmp_path / "contacts.csv").write_text(contents)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError) as failed:
        call_command("import_contacts", "contacts.csv", org="acme")
    captured = capsys.readouterr()
    assert output == f"{captured.err}{captured.out}CommandError: {failed.value}\n"
