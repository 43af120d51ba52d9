"""Runs the suite in three legs side by side: `python -m tests.legs [pytest arguments]`.

The leg `sqlite` has no other store, as `make run`. The leg `postgresql` has a private PostgreSQL and a private server
of Redis's protocol, as production; so has the leg `web`, with the tests of pages and processes, which need not be run
on both. Each finds its name in TEST_LEG, and tests/conftest.py says which tests are whose. The first leg's output
appears as it comes, the others' when they have ended. The exit status is 0 only if all passed. A leg that ran no test
has not, unless arguments asked for a part of the suite that is not its.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from tests.servers import ServerError, end_with_parent, postgres, redis_server

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 20
NO_TESTS = 5  # pytest's exit status

# What the caller's shell says of these must not bend the result: whatever the settings name, and what else is heard.
# Without compiled modules each of the many processes that tests start would compile the project again.
PROJECT_VARIABLES = {
    *re.findall(r"""["']([A-Z][A-Z_]+)["']""", (ROOT / "hindsight" / "settings.py").read_text(encoding="utf-8")),
    *("DJANGO_SETTINGS_MODULE", "HOST", "PYTEST_ADDOPTS", "PYTHONDONTWRITEBYTECODE", "WEB_CONCURRENCY", "WEB_THREADS"),
}
PROJECT_PREFIXES = ("HINDSIGHT_", "PAIGE_")


def main(arguments: Sequence[str]) -> int:
    # A SIGTERM unwinds like a Ctrl-C, so that it leaves no server behind either. Background jobs start deaf to Ctrl-C.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    statuses = {}
    try:
        with ExitStack() as stack:
            _say("=== leg sqlite")
            legs = {"sqlite": stack.enter_context(_leg("sqlite", arguments))}
            stores = {
                "DATABASE_URL": stack.enter_context(postgres()),
                "REDIS_URL": stack.enter_context(redis_server()),
            }
            for name in ("postgresql", "web"):
                legs[name] = stack.enter_context(_held_back_leg(name, arguments, stores))
            statuses = {name: leg.wait() for name, leg in legs.items()}
    except ServerError as error:
        _say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    if arguments and any(status != NO_TESTS for status in statuses.values()):
        statuses = {leg: status for leg, status in statuses.items() if status != NO_TESTS}
    for leg, status in statuses.items():
        _say(f"=== leg {leg}: {f'failed (pytest exit status {status})' if status else 'passed'}")
    return next((status for status in statuses.values() if status), 0)


@contextmanager
def _held_back_leg(name: str, arguments: Sequence[str], stores: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A leg whose output is shown when the context ends."""
    with tempfile.TemporaryFile() as output:
        try:
            with _leg(name, arguments, stores, output) as leg:
                yield leg
        finally:
            _say(f"=== leg {name}")
            output.seek(0)
            shutil.copyfileobj(output, sys.stdout.buffer)
            sys.stdout.flush()


@contextmanager
def _leg(
    name: str, arguments: Sequence[str], stores: Mapping[str, str] | None = None, output: IO[bytes] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A pytest under way; interrupted if it still runs when the context ends."""
    process = subprocess.Popen(
        # Each leg remembers its own failures, for --last-failed.
        [sys.executable, "-m", "pytest", "-o", f"cache_dir=.pytest_cache/{name}", *arguments],
        cwd=ROOT,
        env=_environment() | {"HINDSIGHT_ENV": "development", "TEST_LEG": name} | dict(stores or {}),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        # A Ctrl-C reaches us alone and is passed on once: pytest takes a second one for impatience.
        start_new_session=True,
        preexec_fn=end_with_parent(),
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


def _environment() -> dict[str, str]:
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
