"""The processes of the server: restarts and shutdown."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from hindsight.queue.models import Heartbeat
from interviews.models import InterviewRequest
from tests.live.client import LiveClient, connect
from tests.live.conftest import Serve
from tests.live.stores import new_postgresql_database
from tools.harness.orm import orm_at
from tools.harness.processes import eventually, free_port, is_running
from tools.harness.web import SCRIPT

ROOT = Path(__file__).parents[3]


def test_a_worker_that_is_killed_is_replaced_while_the_others_serve(
    serve: Serve, acme_key: str, interview_request: InterviewRequest
) -> None:
    with serve(workers=2) as server:
        api = LiveClient(server, acme_key)
        os.kill(server.workers[0], signal.SIGKILL)
        assert eventually(lambda: len(server.workers) == 3)

        def has_recovered() -> bool:
            assert api.patch(f"/interviews/{interview_request.pk}", {"objective": "New"}).status_code == 200
            return server.is_up(workers=3)

        assert eventually(has_recovered)
        assert [is_running(pid) for pid in server.workers] == [False, True, True]


@pytest.fixture
def demo_file() -> Iterator[Path]:
    """A server that somebody has started in this checkout keeps its key."""
    file = ROOT / "var" / "demo.json"
    before = file.read_bytes() if file.exists() else None
    yield file
    if before is None:
        file.unlink()
    else:
        file.write_bytes(before)


@pytest.fixture
def two_cpus() -> Iterator[set[int]]:
    """The CPUs of the servers that the test starts."""
    cpus = os.sched_getaffinity(0)
    if len(cpus) < 2:
        pytest.skip("needs two CPUs")
    two = set(sorted(cpus)[:2])
    os.sched_setaffinity(0, two)
    yield two
    os.sched_setaffinity(0, cpus)


def test_each_worker_has_a_cpu_of_its_own_also_after_a_restart(serve: Serve, two_cpus: set[int]) -> None:
    with serve(workers=2) as server:
        cpus = [os.sched_getaffinity(pid) for pid in server.workers]
        assert [len(cpu) for cpu in cpus] == [1, 1]
        assert set.union(*cpus) == two_cpus
        assert os.sched_getaffinity(server.process.pid) == two_cpus

        os.kill(server.workers[1], signal.SIGKILL)
        assert eventually(lambda: len(server.workers) == 3)
        assert os.sched_getaffinity(server.workers[2]) == cpus[1]


def test_workers_run_on_all_cpus_if_some_would_get_more_workers(serve: Serve, two_cpus: set[int]) -> None:
    with serve(workers=3) as server:
        assert [os.sched_getaffinity(pid) for pid in server.workers] == [two_cpus] * 3


def test_the_script_serves_production_and_leaves_no_process(
    serve: Serve, acme_key: str, interview_request: InterviewRequest
) -> None:
    production = {
        "HINDSIGHT_ENV": "production",
        "SECRET_KEY": token_hex(32),
        "PUBLIC_BASE_URL": "https://hindsight.example",
        "ALLOWED_HOSTS": "127.0.0.1",
        "TRUSTED_PROXIES": "127.0.0.1",
    }
    with serve(workers=2, command=SCRIPT, **production) as server:
        processes = server.processes
        assert len(server.workers) == 2
        assert all(is_running(pid) for pid in processes)
        api = LiveClient(server, acme_key)
        path = f"/interviews/{interview_request.pk}"
        assert api.patch(path, {"objective": "In clear"}).status_code == 400
        assert api.patch(path, {"objective": "By TLS"}, X_Forwarded_Proto="https").status_code == 200
        interview_request.refresh_from_db()
        assert interview_request.objective == "By TLS"
        assert api.get("/interviews/1%0Aforged", X_Forwarded_Proto="https").status_code == 404

        with connect(server):  # an open connection does not delay the shutdown
            assert server.stop() == 0
        assert not any(is_running(pid) for pid in processes)

    lines = [json.loads(line) for line in server.log.splitlines() if "hindsight.access" in line]
    assert [line["message"] for line in lines if line.get("org")] == [
        f"PATCH /api/v1{path} 200",
        "GET /api/v1/interviews/* 404",
    ]


def test_the_script_migrates_an_empty_database_and_creates_the_demo(serve: Serve, demo_file: Path) -> None:
    with (
        new_postgresql_database() as url,
        serve(workers=2, command=[*SCRIPT, "--with-worker"], DATABASE_URL=url) as server,
    ):
        assert server.log.index("Hindsight is ready.") < server.log.index("Starting granian")
        key = json.loads(demo_file.read_text(encoding="utf-8"))["api_key"]
        assert f"export HINDSIGHT_API_KEY={key}" in server.log
        assert LiveClient(server, key).get("/interviews").status_code == 200
        with orm_at(url):
            assert eventually(Heartbeat.objects.exists)
            assert server.stop() == 0
            assert not Heartbeat.objects.exists()


def test_the_script_ends_if_it_cannot_migrate() -> None:
    """It does not try again: the cause would be the same."""
    unreachable = {"DATABASE_URL": f"postgres://127.0.0.1:{free_port()}/hindsight", "PORT": str(free_port())}
    environment = {**os.environ, "HINDSIGHT_ENV": "development", **unreachable}
    run = subprocess.run(SCRIPT, cwd=ROOT, env=environment, timeout=60, check=False, capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr.count("OperationalError") > 0
    assert "granian" not in run.stdout + run.stderr


def test_web_processes_end_with_the_server(serve: Serve) -> None:
    """Otherwise they would serve at the same time as those of the next server, and nothing could stop them."""
    with serve(workers=2) as server:
        os.kill(server.workers[0], signal.SIGKILL)
        assert eventually(lambda: len(server.workers) == 3)  # one is a replacement
        server.process.kill()
        assert eventually(lambda: not any(is_running(pid) for pid in server.workers))


def test_a_web_process_that_dies_again_at_once_ends_the_server(serve: Serve) -> None:
    """systemd or the container runtime starts it again."""
    with serve(workers=2) as server:
        for _ in range(2):
            dead = server.workers[-1]
            os.kill(dead, signal.SIGKILL)
            assert eventually(lambda: server.workers[-1] != dead or server.process.poll() is not None)  # noqa: B023
        assert server.process.wait(20) == 1
        assert not any(is_running(pid) for pid in server.workers)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_ctrl_c_and_a_closed_terminal_end_the_server(serve: Serve, number: signal.Signals) -> None:
    with serve(workers=2, command=[*SCRIPT, "--with-worker"]) as server:
        os.killpg(server.process.pid, number)
        assert server.process.wait(20) == 0
        assert not any(is_running(pid) for pid in server.workers)
    assert "refused to gracefully stop" not in server.log


# The second web process that is forked pauses before it runs any other code.
PAUSE_SECOND_WORKER = """
import os, signal
from hindsight.server.serve import serve

def pause_second():
    if len(forks) == 2:
        os.kill(os.getpid(), signal.SIGSTOP)

forks = []
os.register_at_fork(before=lambda: forks.append("fork"), after_in_child=pause_second)
serve()
"""


def test_a_worker_that_has_just_been_forked_ends_on_sigterm(serve: Serve) -> None:
    command = [sys.executable, "-c", PAUSE_SECOND_WORKER]
    with serve(workers=1, command=command, WEB_CONCURRENCY="2") as server:
        assert eventually(lambda: len(server.workers) == 2)
        worker = server.workers[1]
        assert eventually(lambda: process_status(worker, "State").startswith("T"))
        server.process.terminate()
        assert eventually(lambda: is_pending(worker, signal.SIGTERM))
        os.kill(worker, signal.SIGCONT)
        assert server.process.wait(20) == 0
    assert "Started worker-2" not in server.log  # a worker that misses SIGTERM starts, and is killed after 10 s


def process_status(pid: int, field: str) -> str:
    """A field of /proc/PID/status."""
    [value] = re.findall(rf"^{field}:\t(.*)$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return str(value)


def is_pending(pid: int, number: signal.Signals) -> bool:
    return bool(int(process_status(pid, "ShdPnd"), 16) & 1 << number - 1)


# Prints how many full collections 10,000 cycles cause, none of which is kept.
CYCLES = """
import gc
from hindsight.server.serve import import_application, load_settings
load_settings()
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
