"""`make run` and `make check` in a new clone, and the tests of Paige: `make test-pythons`.

With the oldest Python that README.md names, and with the newest that is installed.
"""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from tests.live.optional.checkout import ROOT, copy_checkout
from tools.harness.web import STOP_SECONDS, Server, serving

README = (ROOT / "README.md").read_text(encoding="utf-8")
[OLDEST] = re.findall(r"need only Python 3\.(\d+) or newer", README)


def installed() -> dict[int, str]:
    """Programs by minor version. Each is run, because version managers leave shims for versions that are missing."""
    found: dict[int, str] = {}
    for folder in [*map(Path, os.get_exec_path()), *Path.home().glob(".pyenv/versions/*/bin")]:
        for program in sorted(folder.glob("python3.*")):
            minor = program.name.removeprefix("python3.")
            if minor.isdecimal() and int(minor) >= int(OLDEST) and int(minor) not in found and works(program):
                found[int(minor)] = str(program)
    return found


def works(program: Path) -> bool:
    try:
        return not subprocess.run([program, "-c", "import venv, ensurepip"], capture_output=True).returncode
    except OSError:
        return False


PROGRAMS = installed()


@pytest.fixture(scope="module", params=sorted({int(OLDEST), max(PROGRAMS, default=int(OLDEST))}))
def clone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Has the packages of a developer, so that `make run` starts at once."""
    if request.param not in PROGRAMS:
        pytest.skip(f"Python 3.{request.param} is not installed")
    folder = tmp_path_factory.mktemp("clone")
    copy_checkout(folder)
    environment = {**os.environ, "PYTHON": PROGRAMS[request.param]}
    subprocess.run(["scripts/bootstrap", "dev"], cwd=folder, env=environment, check=True)
    used = subprocess.check_output([folder / ".venv/bin/python", "--version"], text=True)
    assert used.startswith(f"Python 3.{request.param}.")
    return folder


@pytest.fixture(scope="module")
def server(clone: Path) -> Iterator[Server]:
    command = ["make", "run"]
    with serving(clone / "log", {}, workers=2, command=command, root=clone) as running:
        yield running


def test_what_make_run_prints_can_be_pasted_from_top_to_bottom(server: Server, clone: Path) -> None:
    before, _, printed = server.log.partition("# Hindsight is ready.")
    assert len(before.splitlines()) <= 5
    assert all(len(line) <= 120 for line in before.splitlines())
    pasted = re.split(r"^\d\d:\d\d:\d\d INFO _granian", printed, maxsplit=1, flags=re.MULTILINE)[0]
    done = subprocess.run(["bash", "-eu"], input=f"# {pasted}", cwd=clone, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    response, _, prompt = done.stdout.partition("}")
    assert response == '{"interview_request_id":1'
    assert "Wants a discount" in prompt
    assert "Why price mattered" in prompt


def test_a_contact_answers_the_first_question(server: Server) -> None:
    [url, _, token] = re.findall(r"Interview ((\S+)/survey\?token=(\S+))", server.log)[0]
    assert "I agree, start the interview" in requests.get(url, timeout=10).text
    page = f"http://127.0.0.1:{server.port}/survey"
    for fields in ({"step": "consent"}, {"step": "answer", "number": "1", "text": "The import was too slow."}):
        sent = requests.post(page, {"token": token, **fields}, headers={"Origin": "null"}, timeout=10)
        assert sent.status_code == 200
    assert "The import was too slow." in requests.get(url, timeout=10).text


def test_sigterm_to_make_ends_the_server(server: Server) -> None:
    processes = [server.process, *psutil.Process(server.process.pid).children(recursive=True)]
    assert len(processes) >= 4
    server.stop()
    _, alive = psutil.wait_procs(processes[1:], STOP_SECONDS)
    for process in alive:
        process.kill()
    assert not alive
    assert not server.is_healthy()


@pytest.mark.parametrize("command", ["make check", ".venv/bin/pytest -q -m 'not slow' tests/interviews/paige"])
def test_checks(clone: Path, command: str) -> None:
    done = subprocess.run(shlex.split(command), cwd=clone, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
