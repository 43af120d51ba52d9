"""README.md agrees with the code."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def variables_of_settings() -> set[str]:
    source = (ROOT / "hindsight" / "settings.py").read_text(encoding="utf-8")
    return set(re.findall(r'(?:env\.\w+|comma_separated)\(\s*"([A-Z_]+)"', source))


def test_the_table_has_exactly_the_settings_of_the_code() -> None:
    table = README.partition("## Settings")[2].partition("\n## ")[0]
    documented = set(re.findall(r"`([A-Z_]{4,})`", table)) - {"DEBUG", "INFO", "WARNING", "ERROR"}
    assert documented | {"DEBUG"} == variables_of_settings() | {
        "HOST",
        "PORT",
        "TASK_WORKERS",
        "WEB_CONCURRENCY",
        "WEB_THREADS",
    }


def test_the_list_has_every_command() -> None:
    commands = {path.stem for path in ROOT.glob("*/management/commands/*.py")} - {"__init__", "demo"}
    assert commands == set(re.findall(r"manage\.py (\w+)", README.partition("## Commands")[2]))


def test_the_table_has_every_folder() -> None:
    listed = set(re.findall(r"^\| `([\w/]+/)` \|", README, re.MULTILINE))
    packages = {file.parent for pattern in ("*/*.py", "hindsight/*/__init__.py") for file in ROOT.glob(pattern)}
    folders = {f"{folder.relative_to(ROOT)}/" for folder in packages if not folder.name.startswith(".")}
    assert listed == folders - {"hindsight/formats/"} | {"docs/", "scripts/"}
