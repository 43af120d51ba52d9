"""ops/alerts.yml and ops/dashboard.json name the metrics of the code, and scripts/backup."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from time import time
from typing import Any

import pytest
import yaml
from prometheus_client import Counter, Gauge, Histogram

from hindsight.metrics import instruments
from tests.docs.test_operations import ROOT

ALERTS = yaml.safe_load((ROOT / "ops" / "alerts.yml").read_text(encoding="utf-8"))
DASHBOARD = json.loads((ROOT / "ops" / "dashboard.json").read_text(encoding="utf-8"))
RULES: list[dict[str, Any]] = [rule for group in ALERTS["groups"] for rule in group["rules"]]

SAMPLES = {Counter: ["_total"], Gauge: [""], Histogram: ["_bucket", "_count", "_sum"]}
# Of prometheus_client, and of Prometheus itself.
OTHERS = {"process_cpu_seconds_total", "process_resident_memory_bytes", "up"}


def exposed() -> set[str]:
    """The names of samples that the code exposes."""
    found = {
        f"{instrument._name}{suffix}"
        for instrument in vars(instruments).values()
        if isinstance(instrument, Counter | Gauge | Histogram)
        for suffix in SAMPLES[type(instrument)]
    }
    rooms = [path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name not in ("tests", "tools")]
    sources = "".join(file.read_text(encoding="utf-8") for room in rooms for file in room.rglob("*.py"))
    found |= set(re.findall(r'GaugeMetricFamily\(\s*"(\w+)"', sources))
    return found | set(re.findall(r"hindsight_\w+_seconds", (ROOT / "scripts" / "backup").read_text()))


def metrics_in(expression: str) -> set[str]:
    names = re.sub(r"\{[^}]*\}|\[\w+\]|\"[^\"]*\"|\b(by|on) \([^)]*\)", "", expression)
    return set(re.findall(r"\b(?:hindsight_|process_)\w+|\bup\b", names))


def test_every_metric_of_an_alert_or_of_the_dashboard_exists() -> None:
    expressions = [rule["expr"] for rule in RULES]
    expressions += [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    named = set().union(*map(metrics_in, expressions))
    assert len(named) > 15
    assert named <= exposed() | OTHERS


def promtool(*arguments: str) -> None:
    if not shutil.which("promtool"):
        message = "Install promtool (Debian: prometheus)."
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    done = subprocess.run(["promtool", *arguments], cwd=ROOT / "ops", capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_the_alerts_fire_when_they_have_to() -> None:
    promtool("check", "rules", "alerts.yml")
    promtool("test", "rules", "alerts_test.yml")


def test_a_backup_is_written_whole_and_old_ones_are_deleted(tmp_path: Path) -> None:
    """With a pg_dump that copies a file. `make test-operations` runs the script on a database."""
    programs, folder, metrics = tmp_path / "bin", tmp_path / "dumps", tmp_path / "backup.prom"
    for folder_to_make in (programs, folder):
        folder_to_make.mkdir()
    for name, line in {"pg_dump": 'echo dump >"${2#--file=}"', "pg_restore": "test -s $2"}.items():
        (programs / name).write_text(f"#!/bin/sh\n{line}\n")
        (programs / name).chmod(0o755)
    old, kept = folder / "hindsight-20260101T000000Z.dump", folder / "of-somebody-else.dump"
    for file in (old, kept):
        file.touch()
        os.utime(file, (0, 0))
    environment = {"PATH": f"{programs}:{os.environ['PATH']}", "DATABASE_URL": "postgres://x"}
    command = [str(ROOT / "scripts" / "backup"), str(folder), "14", str(metrics)]
    subprocess.run(command, env=environment, check=True)
    [written] = {*folder.iterdir()} - {kept}
    assert re.fullmatch(r"hindsight-\d{8}T\d{6}Z\.dump", written.name)
    assert (written.read_text(), written.stat().st_mode & 0o077) == ("dump\n", 0)
    *_, sample = metrics.read_text().splitlines()
    name, value = sample.split()
    assert (name, abs(time() - int(value)) < 3600) == ("hindsight_last_backup_timestamp_seconds", True)
    assert metrics.stat().st_mode & 0o777 == 0o644

    (programs / "pg_dump").write_text('#!/bin/sh\necho half >"${2#--file=}"; exit 1\n')
    assert subprocess.run(command, env=environment).returncode == 1
    assert {*folder.iterdir()} == {written, kept}
    assert metrics.read_text().splitlines()[-1] == sample
