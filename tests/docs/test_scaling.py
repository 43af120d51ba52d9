"""docs/scaling.md has the numbers of bench.scaling and the tested settings of PgBouncer."""

from pathlib import Path

from bench.scaling import SERVICE_TIMES, limits
from harness.pgbouncer import SETTINGS

TEXT = (Path(__file__).parents[2] / "docs" / "scaling.md").read_text(encoding="utf-8")


def test_the_table_has_the_service_times() -> None:
    for name, times in SERVICE_TIMES.items():
        assert f"| {name} | {times.web:.2f} | {times.postgres:.2f} | {times.redis:.3f} |" in TEXT


def test_the_limits_are_those_of_the_service_times() -> None:
    for limit, orgs in limits(SERVICE_TIMES, cores=8, database_cores=32).items():
        assert f"| {limit} | {orgs:,} |" in TEXT


def test_the_settings_of_pgbouncer_are_the_tested_ones() -> None:
    fixed = [line for line in SETTINGS.splitlines() if line and "{" not in line and not line.endswith("=")]
    assert [line for line in fixed if line not in TEXT.splitlines()] == []
