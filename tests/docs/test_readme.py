"""README.md agrees with the code."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_has_every_folder() -> None:
    listed = set(re.findall(r"^\| `([\w/]+/)` \|", README, re.MULTILINE))
    packages = {file.parent for pattern in ("*/*.py", "hindsight/*/__init__.py") for file in ROOT.glob(pattern)}
    folders = {f"{folder.relative_to(ROOT)}/" for folder in packages if not folder.name.startswith(".")}
    assert listed == folders - {"hindsight/formats/"} | {"docs/", "scripts/"}
