"""The server's processes: hindsight/server/prefork.py."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Prints how many full collections 10,000 cycles cause, none of which is kept.
CYCLES = """
import gc
from hindsight.server.prefork import import_application
import_application()
gc.set_threshold(100, 1, 1)
before = gc.get_stats()[2]["collections"]
for _ in range(10_000):
    cycle = []
    cycle.append(cycle)
print(gc.get_stats()[2]["collections"] - before)
"""


def test_frozen_objects_do_not_delay_full_collections() -> None:
    printed = subprocess.run([sys.executable, "-c", CYCLES], cwd=ROOT, check=True, capture_output=True, text=True)
    assert int(printed.stdout) > 0
