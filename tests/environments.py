"""Runs the suite in two environments at the same time: `python -m tests.environments [pytest arguments]`.

- `sqlite`: SQLite without Redis, as `make run`.
- `postgresql`: PostgreSQL and Redis, as production. Its output appears at the end.

`python -m tests.environments web [pytest arguments]` runs tests/live/web with the stores of `postgresql`, and `faults`
runs tests/live/faults. `python -m tests.environments quick [pytest arguments]` runs `sqlite` in two processes, each
with half of the files.

tests/conftest.py selects tests by TEST_ENVIRONMENT. An environment that runs no tests fails, unless arguments were
given.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import IO

from hindsight.server.shutdown import end_with_parent
from tools.harness.processes import ServerError, interrupt_on_signals
from tools.harness.stores import killable_postgres, killable_redis

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 20
OF_ONE_FOLDER = ("web", "faults")
QUICK = "quick"
NO_TESTS = 5  # pytest's exit status
Run = AbstractContextManager[subprocess.Popen[bytes]]

# Variables that change the result and are not inherited. PYTHONDONTWRITEBYTECODE slows down the processes of the tests.
PROJECT_VARIABLES = {
    *re.findall(r"""["']([A-Z][A-Z_]+)["']""", (ROOT / "hindsight" / "settings.py").read_text(encoding="utf-8")),
    *("DJANGO_SETTINGS_MODULE", "PYTEST_ADDOPTS", "PYTHONDONTWRITEBYTECODE"),
}
PROJECT_PREFIXES = ("HINDSIGHT_", "PAIGE_")


def main(arguments: Sequence[str]) -> int:
    interrupt_on_signals()  # so that the servers end too
    kind = arguments[0] if arguments and arguments[0] in (*OF_ONE_FOLDER, QUICK) else None
    arguments = arguments[1:] if kind else arguments
    try:
        with ExitStack() as stack:
            stores = {} if kind == QUICK else _start_stores(stack)
            runs = {name: stack.enter_context(run) for name, run in _runs(kind, arguments, stores).items()}
            statuses = {name: pytest.wait() for name, pytest in runs.items()}
    except ServerError as error:
        _say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    if arguments and any(status != NO_TESTS for status in statuses.values()):
        statuses = {name: status for name, status in statuses.items() if status != NO_TESTS}
    for name, status in statuses.items():
        _say(f"=== environment {name}: {f'failed (pytest exit status {status})' if status else 'passed'}")
    return next((status for status in statuses.values() if status), 0)


def _runs(kind: str | None, arguments: Sequence[str], stores: dict[str, str]) -> dict[str, Run]:
    """The second of two prints its output at the end."""
    if kind == QUICK:
        first, second = ({"TEST_PART": part} for part in "01")
        runs = _run("sqlite", arguments, first), _run_buffered("sqlite", arguments, second)
        return dict(zip(("sqlite, part 1", "sqlite, part 2"), runs, strict=True))
    if kind:
        return {kind: _run(kind, arguments, stores)}
    return {"sqlite": _run("sqlite", arguments), "postgresql": _run_buffered("postgresql", arguments, stores)}


def _start_stores(stack: ExitStack) -> dict[str, str]:
    return {
        "DATABASE_URL": stack.enter_context(killable_postgres()).url,
        "REDIS_URL": stack.enter_context(killable_redis()).url,
    }


@contextmanager
def _run_buffered(name: str, arguments: Sequence[str], variables: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Prints the output when the context ends."""
    with tempfile.TemporaryFile() as output:
        try:
            with _run(name, arguments, variables, output) as process:
                yield process
        finally:
            _say(f"=== environment {name}")
            output.seek(0)
            shutil.copyfileobj(output, sys.stdout.buffer)
            sys.stdout.flush()


@contextmanager
def _run(
    name: str, arguments: Sequence[str], variables: dict[str, str] | None = None, output: IO[bytes] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs pytest, and interrupts it when the context ends."""
    process = subprocess.Popen(
        # Separate caches for --last-failed.
        [sys.executable, "-m", "pytest", "-o", f"cache_dir=.pytest_cache/{name}", *arguments],
        cwd=ROOT,
        env=_inherited_variables() | {"HINDSIGHT_ENV": "development", "TEST_ENVIRONMENT": name} | (variables or {}),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        # Not reached by Ctrl-C: after a second SIGINT, pytest would not clean up.
        start_new_session=True,
        preexec_fn=end_with_parent(signal.SIGINT),
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _inherited_variables() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if name not in PROJECT_VARIABLES and not name.startswith(PROJECT_PREFIXES)
    }


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
