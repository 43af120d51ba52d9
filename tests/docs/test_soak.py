"""docs/soak.md describes every fault."""

import re
from pathlib import Path

from tools.soak.faults import FAULTS

TEXT = (Path(__file__).parents[2] / "docs" / "soak.md").read_text(encoding="utf-8")


def test_the_table_has_every_fault() -> None:
    assert re.findall(r"^\| `([\w-]+)` \|", TEXT, re.MULTILINE) == list(FAULTS)
