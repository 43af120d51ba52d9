"""docs/scaling.md has the tested settings of PgBouncer."""

from pathlib import Path

from tools.harness.pgbouncer import SETTINGS

TEXT = (Path(__file__).parents[2] / "docs" / "scaling.md").read_text(encoding="utf-8")


def test_the_settings_of_pgbouncer_are_the_tested_ones() -> None:
    fixed = [line for line in SETTINGS.splitlines() if line and "{" not in line and not line.endswith("=")]
    assert [line for line in fixed if line not in TEXT.splitlines()] == []
