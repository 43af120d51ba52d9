"""docs/api.md, "Try it", followed literally in a checkout without an environment: `make test-operations`.

Prints how long it took, from `make run` to the verified webhook of a completed interview.
"""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.optional.checkout import copy_checkout
from tests.live.optional.test_operations import INHERITED, shell_blocks
from tests.live.samples import ROOT, answers, samples_of
from tools.harness.processes import eventually, free_port

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("\n## Try it\n")[2].partition("\n## ")[0]
MAX_SECONDS = 180


@pytest.fixture
def environment() -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name.startswith(INHERITED)}
    return {**inherited, "LANG": "C.UTF-8"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    copy_checkout(tmp_path / "hindsight")
    return tmp_path / "hindsight"


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Ends the processes, and what they have started."""
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in reversed(processes):
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def start(script: str, log: Path, folder: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(
            ["sh", "-euc", script], cwd=folder, env=environment, stdout=out, stderr=out, start_new_session=True
        )


def test_from_a_clone_to_the_verified_webhook_of_a_completed_interview(
    checkout: Path, environment: dict[str, str], started: list[subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    run, exports, *commands = shell_blocks(SECTION)
    assert exports.count("export ") == 2
    server_log, receiver_log = tmp_path / "server.log", tmp_path / "receiver.log"
    begin = time.monotonic()
    # What `make run` does first.
    subprocess.run(["scripts/bootstrap", "run"], cwd=checkout, env=environment, check=True)
    installed = time.monotonic()
    port = free_port()
    started.append(start(run, server_log, checkout, {**environment, "PORT": str(port)}))
    printed = re.compile(r"^(export HINDSIGHT_URL=.+)$.*^export HINDSIGHT_TEST_KEY=(\w+)$", re.MULTILINE | re.DOTALL)
    assert eventually(lambda: printed.search(server_log.read_text()) is not None, seconds=MAX_SECONDS)
    assert eventually(lambda: answers(port), seconds=MAX_SECONDS), server_log.read_text()
    [(address, key)] = printed.findall(server_log.read_text())
    [receiver] = (sample.code for sample in samples_of("docs/api.md") if sample.language == "py")
    (checkout / "receiver.py").write_text(receiver)
    pasted = [address, f"export HINDSIGHT_API_KEY={key}", *commands, "wait"]
    script = "\n".join(pasted).replace("9000", str(free_port()))
    started.append(start(script, receiver_log, checkout, environment))
    # The receiver prints events; the endpoint, which the script prints too, names their types.
    completed = re.compile(r'^.*?(\{"type".*"interview\.completed".*)$', re.MULTILINE)
    is_completed = eventually(lambda: completed.search(receiver_log.read_text()) is not None, seconds=MAX_SECONDS)
    assert is_completed, receiver_log.read_text() + server_log.read_text()
    end = time.monotonic()
    print(f"Packages: {installed - begin:.1f} s. To the verified webhook: {end - installed:.1f} s.")  # noqa: T201
    [event] = map(json.loads, completed.findall(receiver_log.read_text()))
    assert (event["test"], event["data"]["status"]) == (True, "completed")
