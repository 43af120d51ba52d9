"""What the README says is so."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def variables_of_settings() -> set[str]:
    source = (ROOT / "hindsight" / "settings.py").read_text(encoding="utf-8")
    return set(re.findall(r'(?:env\.\w+|comma_separated)\(\s*"([A-Z_]+)"', source))


def test_every_setting_is_in_the_table_and_no_other() -> None:
    table = README.partition("## Settings")[2].partition("\n## ")[0]
    documented = set(re.findall(r"`([A-Z_]{4,})`", table)) - {"DEBUG", "INFO", "WARNING", "ERROR"}
    assert documented | {"DEBUG"} == variables_of_settings() | {"HOST", "PORT", "WEB_CONCURRENCY", "WEB_THREADS"}


def test_every_command_is_described() -> None:
    commands = {path.stem for path in ROOT.glob("*/management/commands/*.py")} - {"__init__", "demo"}
    assert commands == set(re.findall(r"manage\.py (\w+)", README.partition("## Commands")[2]))


def test_every_folder_of_the_map_exists() -> None:
    for folder in re.findall(r"^\| `(\w+/)`", README, re.MULTILINE):
        assert (ROOT / folder).is_dir()
